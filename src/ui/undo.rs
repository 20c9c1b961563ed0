//! Undo and redo of edits to a value, one entry per gesture: a drag is one edit, however many values it passes through.

use serde::{Deserialize, Serialize};

/// Largest number of entries kept; older ones are dropped.
const ENTRIES_MAX: usize = 100;

/// The gesture that an edit belongs to. Edits of the same gesture count as one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gesture {
    /// A press of the pointer, by the time in seconds when it began.
    Press(f64),
    /// Typing into the field with this id.
    Typing(u64),
}

/// The values before and after the present one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Undo<T> {
    past: Vec<T>,
    future: Vec<T>,
    #[serde(skip)]
    gesture: Option<Gesture>,
}

impl<T> Default for Undo<T> {
    fn default() -> Self {
        Self { past: Vec::new(), future: Vec::new(), gesture: None }
    }
}

impl<T> Undo<T> {
    /// Record an edit of the value `before`, as part of `gesture`, if there is one.
    pub fn record(&mut self, before: T, gesture: Option<Gesture>) {
        self.future.clear();
        let goes_on = gesture.is_some() && gesture == self.gesture;
        self.gesture = gesture;
        if goes_on {
            return;
        }
        if self.past.len() == ENTRIES_MAX {
            self.past.remove(0);
        }
        self.past.push(before);
    }

    /// Return to the value before the last edit; false if there is none.
    pub fn undo(&mut self, current: &mut T) -> bool {
        self.gesture = None;
        let Some(before) = self.past.pop() else { return false };
        self.future.push(std::mem::replace(current, before));
        true
    }

    /// Return to the value before the last undo; false if there is none.
    pub fn redo(&mut self, current: &mut T) -> bool {
        self.gesture = None;
        let Some(after) = self.future.pop() else { return false };
        self.past.push(std::mem::replace(current, after));
        true
    }

    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undo_and_redo_walk_the_same_path() {
        let (mut undo, mut value) = (Undo::default(), 0);
        for next in 1..=3 {
            undo.record(value, None);
            value = next;
        }
        let mut seen = Vec::new();
        while undo.undo(&mut value) {
            seen.push(value);
        }
        while undo.redo(&mut value) {
            seen.push(value);
        }
        assert_eq!(seen, [2, 1, 0, 1, 2, 3]);
    }

    #[test]
    fn a_drag_is_one_edit_and_the_next_drag_another() {
        let (mut undo, mut value) = (Undo::default(), 0);
        for (next, press) in [(1, 1.0), (2, 1.0), (3, 1.0), (4, 2.0), (5, 2.0)] {
            undo.record(value, Some(Gesture::Press(press)));
            value = next;
        }
        assert!(undo.undo(&mut value));
        assert_eq!(value, 3);
        assert!(undo.undo(&mut value));
        assert_eq!(value, 0);
        assert!(!undo.can_undo());
    }

    #[test]
    fn a_new_edit_forgets_what_was_undone() {
        let (mut undo, mut value) = (Undo::default(), 0);
        undo.record(value, None);
        value = 1;
        assert!(undo.undo(&mut value));
        undo.record(value, None);
        value = 2;
        assert!(!undo.redo(&mut value));
        assert_eq!(value, 2);
    }

    #[test]
    fn a_long_history_forgets_its_oldest_entries() {
        let (mut undo, mut value) = (Undo::default(), 0);
        for next in 1..=ENTRIES_MAX + 5 {
            undo.record(value, None);
            value = next;
        }
        while undo.undo(&mut value) {}
        assert_eq!(value, 5);
    }
}
