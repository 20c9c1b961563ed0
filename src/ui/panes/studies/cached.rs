//! A value that is computed from all points of a study, kept from frame to frame until its key changes.

/// A value with the key that it was made for.
#[derive(Debug)]
pub struct Cached<K, V>(Option<(K, V)>);

impl<K, V> Default for Cached<K, V> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: PartialEq, V> Cached<K, V> {
    /// The value of this key, made anew where the last one was of another.
    pub fn of(&mut self, key: K, make: impl FnOnce() -> V) -> &V {
        if self.0.as_ref().is_none_or(|(known, _)| *known != key) {
            self.0 = None;
        }
        &self.0.get_or_insert_with(|| (key, make())).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once_for_each_key() {
        let (mut cached, mut made) = (Cached::default(), 0);
        let mut of = |key: u64| {
            *cached.of(key, || {
                made += 1;
                10 * key
            })
        };
        assert_eq!([of(1), of(1), of(2), of(1)], [10, 10, 20, 10]);
        assert_eq!(made, 3);
    }
}
