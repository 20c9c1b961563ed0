//! The nouns for the items of the run's data, for every text of the window.

use crate::data::Noun;
use eframe::egui::{Context, Id};
use std::borrow::Cow;

fn id() -> Id {
    Id::unique("noun of the run's data")
}

/// Set the noun, once a frame.
pub fn set(ctx: &Context, noun: Noun) {
    ctx.data_mut(|data| data.insert_temp(id(), noun));
}

/// The noun for the items of the run's data; "image" before there are any.
pub fn of(ctx: &Context) -> Noun {
    ctx.data(|data| data.get_temp(id())).unwrap_or_default()
}

/// A sentence that is written of images, said of the items of the run's data.
pub fn say<'a>(ctx: &Context, sentence: &'a str) -> Cow<'a, str> {
    of(ctx).say(sentence)
}
