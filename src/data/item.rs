//! The values of one item of a stack.

use std::borrow::Cow;

/// The values of one item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Item<'a> {
    /// Grey levels: byte b is b/255.
    Bytes(&'a [u8]),
    /// Numbers as the model gets them; NaN where a value is missing.
    Floats(&'a [f32]),
}

/// The values of one item as its stack gives them: borrowed where they are held, else made for the occasion.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content<'a> {
    Bytes(Cow<'a, [u8]>),
    Floats(Cow<'a, [f32]>),
}

impl Content<'_> {
    pub fn item(&self) -> Item<'_> {
        match self {
            Self::Bytes(values) => Item::Bytes(values),
            Self::Floats(values) => Item::Floats(values),
        }
    }
}

impl Item<'_> {
    /// Whether all values are one and the same.
    pub fn is_constant(&self) -> bool {
        match self {
            Self::Bytes(values) => values.iter().all(|value| *value == values[0]),
            Self::Floats(values) => values.iter().all(|value| *value == values[0]),
        }
    }
}
