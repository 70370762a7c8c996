//! A dictionary of the distinct values of a column.
//!
//! The standard map would hold every value a second time; here the table of slots holds only indexes into the
//! dictionary, which keeps a column of a million ids at half the memory.

use std::hash::{BuildHasher, RandomState};

const FREE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct Slot {
    code: u32,
    /// Tells most other values apart without a look at their text, and places the slot when the table grows.
    hash: u32,
}

/// Gives every distinct value the number of its first appearance.
#[derive(Debug)]
pub(crate) struct Interner {
    dictionary: Vec<String>,
    /// Open addressing with linear steps; the length is a power of two, at most half full.
    slots: Vec<Slot>,
    /// Random, so that no file can be made of values that all share a slot.
    seeds: [u64; 2],
}

impl Default for Interner {
    fn default() -> Self {
        let state = RandomState::new();
        // An even seed would lose the top bit of every product.
        let seeds = [state.hash_one(0), state.hash_one(1) | 1];
        Self {
            dictionary: Vec::new(),
            slots: Vec::new(),
            seeds,
        }
    }
}

impl Interner {
    /// The number of a value.
    pub(crate) fn code(&mut self, text: &str) -> u32 {
        if (self.dictionary.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let hash = self.hash(text);
        let place = self.place_of(text, hash);
        if self.slots[place].code == FREE {
            let code = u32::try_from(self.dictionary.len())
                .expect("4 billion strings do not fit into memory");
            self.slots[place] = Slot { code, hash };
            self.dictionary.push(text.into());
        }
        self.slots[place].code
    }

    /// Number of distinct values.
    pub(crate) fn len(&self) -> usize {
        self.dictionary.len()
    }

    /// Forgets the values added last.
    pub(crate) fn truncate(&mut self, len: usize) {
        while self.dictionary.len() > len {
            // The value added last closes no gap for any other, since slots are filled in dictionary order.
            let text = &self.dictionary[self.dictionary.len() - 1];
            let place = self.place_of(text, self.hash(text));
            self.slots[place].code = FREE;
            self.dictionary.pop();
        }
    }

    /// The values in order of first appearance.
    pub(crate) fn into_dictionary(mut self) -> Vec<String> {
        self.dictionary.shrink_to_fit();
        self.dictionary
    }

    /// The place of a value, or the free one where it belongs.
    #[inline]
    fn place_of(&self, text: &str, hash: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            let slot = self.slots[place];
            if slot.code == FREE
                || (slot.hash == hash && self.dictionary[slot.code as usize] == text)
            {
                return place;
            }
            place = (place + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let len = (self.slots.len() * 2).max(16);
        let mut hashes = vec![0; self.dictionary.len()];
        for slot in self.slots.iter().filter(|slot| slot.code != FREE) {
            hashes[slot.code as usize] = slot.hash;
        }
        self.slots = vec![
            Slot {
                code: FREE,
                hash: 0
            };
            len
        ];
        for (code, hash) in (0u32..).zip(hashes) {
            let mut place = hash as usize & (len - 1);
            while self.slots[place].code != FREE {
                place = (place + 1) & (len - 1);
            }
            self.slots[place] = Slot { code, hash };
        }
    }

    /// Folded products over 8 bytes at a time, as in wyhash: a fraction of the standard hash's time on short texts.
    #[inline]
    fn hash(&self, text: &str) -> u32 {
        let fold = |a: u64, b: u64| {
            let product = u128::from(a) * u128::from(b);
            (product as u64) ^ (product >> 64) as u64
        };
        let mut state = self.seeds[0] ^ text.len() as u64;
        let mut chunks = text.as_bytes().chunks_exact(8);
        for chunk in &mut chunks {
            let mut word = [0; 8];
            word.copy_from_slice(chunk);
            state = fold(state ^ u64::from_le_bytes(word), self.seeds[1]);
        }
        let rest = chunks
            .remainder()
            .iter()
            .fold(0u64, |rest, &byte| rest << 8 | u64::from(byte));
        (fold(fold(state ^ rest, self.seeds[1]), 0x9e37_79b9_7f4a_7c15) >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_the_number_of_their_first_appearance() {
        let mut interner = Interner::default();
        let codes = [
            "b",
            "a",
            "b",
            "",
            "a",
            "a longer text than eight bytes",
            "b",
        ];
        let codes = codes.map(|text| interner.code(text));
        assert_eq!(codes, [0, 1, 0, 2, 1, 3, 0]);
        assert_eq!(
            interner.into_dictionary(),
            ["b", "a", "", "a longer text than eight bytes"]
        );
    }

    #[test]
    fn forgetting_the_last_values_keeps_the_others_findable() {
        let mut interner = Interner::default();
        for round in 0..200 {
            for value in 0..1000 {
                assert_eq!(interner.code(&value.to_string()), value);
            }
            for extra in 0..round {
                interner.code(&format!("extra{extra}"));
            }
            interner.truncate(1000);
            assert_eq!(interner.len(), 1000);
        }
        interner.truncate(10);
        assert_eq!(interner.code("500"), 10);
        assert_eq!(interner.code("9"), 9);
    }

    #[test]
    fn similar_values_are_spread_over_the_slots() {
        let mut interner = Interner::default();
        for value in 0..100_000 {
            interner.code(&format!("id-{value}"));
        }
        let mask = interner.slots.len() - 1;
        let steps: usize = interner
            .slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.code != FREE)
            .map(|(place, slot)| place.wrapping_sub(slot.hash as usize) & mask)
            .sum();
        assert!(steps < 100_000, "{steps}");
    }
}
