//! Calls into libraries that panic on damaged data, where they should give an error.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// The outcome of a call, `None` when it panicked. What the call has changed by then must not be looked at any more.
pub fn guarded<T>(call: impl FnOnce() -> T) -> Option<T> {
    let outer = IS_GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(call));
    IS_GUARDED.set(outer);
    outcome.ok()
}

/// Whether a panic of this thread, now, would be caught and told as an error. For the panic hook of a program, which
/// then has nothing to print.
pub fn is_guarded() -> bool {
    IS_GUARDED.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_inside_is_no_panic_outside() {
        assert_eq!(guarded(|| 1), Some(1));
        assert!(guarded(|| assert!(!is_guarded())).is_none());
        assert!(!is_guarded());
    }
}
