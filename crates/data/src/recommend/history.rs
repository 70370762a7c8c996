//! What each user is known to have.

use super::interactions::Interactions;

/// The items of each user, in order of time and sorted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// User `u` has the places `offsets[u]..offsets[u + 1]`.
    offsets: Vec<usize>,
    /// Items in order of time.
    items: Vec<u32>,
    /// The same in order of number, to look one up.
    sorted: Vec<u32>,
}

impl History {
    /// Of some events, given in ascending order.
    pub fn new(interactions: &Interactions, events: impl IntoIterator<Item = usize>) -> Self {
        let mut lists = vec![Vec::new(); interactions.users.len()];
        for event in events {
            let event = &interactions.events[event];
            lists[event.user as usize].push(event.item);
        }
        Self::of_lists(lists)
    }

    /// The items of each user, oldest first.
    pub fn of_lists(lists: impl IntoIterator<Item = Vec<u32>>) -> Self {
        let mut history = Self {
            offsets: vec![0],
            ..Self::default()
        };
        for mut list in lists {
            history.items.extend(&list);
            list.sort_unstable();
            history.sorted.extend(&list);
            history.offsets.push(history.items.len());
        }
        history
    }

    /// Number of users.
    pub fn num_users(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Number of events.
    pub fn num_events(&self) -> usize {
        self.items.len()
    }

    /// The items of a user, oldest first.
    pub fn items(&self, user: usize) -> &[u32] {
        &self.items[self.offsets[user]..self.offsets[user + 1]]
    }

    /// The items of a user by number.
    pub fn sorted(&self, user: usize) -> &[u32] {
        &self.sorted[self.offsets[user]..self.offsets[user + 1]]
    }

    /// Whether a user has an item.
    pub fn has(&self, user: usize, item: u32) -> bool {
        self.sorted(user).binary_search(&item).is_ok()
    }

    /// Users of each item.
    pub fn popularity(&self, items: usize) -> Vec<usize> {
        let mut counts = vec![0; items];
        for &item in &self.items {
            counts[item as usize] += 1;
        }
        counts
    }
}
