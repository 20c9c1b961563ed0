//! Readers of other crates, some of which panic on damaged files.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether a panic of this thread is caught and told of by [`contained`].
    static CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// The result of another crate's reader of a file. `read` must leave nothing half-changed that is used after a panic.
///
/// # Errors
/// The reader panics, on a damaged file say; these are the panic's words, which are printed nowhere.
pub fn contained<T>(read: impl FnOnce() -> T) -> Result<T, String> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let tell = take_hook();
        set_hook(Box::new(move |panic| {
            if !CAUGHT.get() {
                tell(panic);
            }
        }));
    });
    let before = CAUGHT.replace(true);
    let result = catch_unwind(AssertUnwindSafe(read));
    CAUGHT.set(before);
    result.map_err(|panic| words(panic.as_ref()))
}

/// The message of a panic.
fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it is damaged").to_owned()
}

#[cfg(test)]
mod tests {
    use super::contained;

    #[test]
    fn a_panic_becomes_its_words_and_what_is_read_comes_through() {
        assert_eq!(contained(|| 7), Ok(7));
        let none: [u8; 0] = [];
        let at = std::hint::black_box(3);
        assert!(contained(|| none[at]).is_err_and(|words| words.contains("out of bounds")));
        assert_eq!(contained(|| contained(|| -> u8 { panic!("within") })), Ok(Err("within".into())));
    }
}
