//! From keys to actions.

use super::action::{Action, is_function_key};
use eframe::egui::{Context, Modifiers};

/// The actions whose keys were pressed in this frame. The key presses are consumed, so that nothing else reacts to
/// them.
pub fn pressed(ctx: &Context) -> Vec<Action> {
    // A text field keeps its own undo and its letters; a focused button keeps Space.
    let typing = ctx.text_edit_focused();
    let focused = ctx.egui_wants_keyboard_input();
    let mut actions: Vec<Action> = Action::all().collect();
    // A shortcut also matches with Shift held: those that ask for Shift go first.
    actions.sort_by_key(|action| action.shortcut().is_none_or(|shortcut| !shortcut.modifiers.shift));
    ctx.input_mut(|input| {
        actions.retain(|&action| {
            let Some(shortcut) = action.shortcut() else { return false };
            let bare = shortcut.modifiers == Modifiers::NONE && !is_function_key(shortcut.logical_key);
            let texts_own =
                matches!(action, Action::Undo | Action::Redo | Action::CopyExperiment | Action::PasteExperiment);
            let elsewhere = (bare && focused) || (typing && texts_own);
            let other = action.other_shortcut();
            !elsewhere
                && (input.consume_shortcut(&shortcut) || other.is_some_and(|other| input.consume_shortcut(&other)))
        });
    });
    actions
}
