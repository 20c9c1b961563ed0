//! The tour: every page opened, its thing done, the next opened.

use crate::driver::Window;
use eframe::egui::{Key, Modifiers};
use elbow::guide::TOUR;
use elbow::worker::RunState;

/// The page that is open says that its thing is done; go on to the next.
fn done(window: &mut Window, page: usize) {
    window.until(&format!("page {page} is done"), |window| window.has("Next page") || page == TOUR.len());
    let said = format!("Page {page}: {}, done", TOUR[page - 1].title);
    assert!(window.has(&said), "{said}");
    if page < TOUR.len() {
        window.click("Next page");
        assert!(window.shows(&format!("{} of {}", page + 1, TOUR.len())));
        assert!(window.shows(TOUR[page].title), "the heading of page {}", page + 1);
    }
}

#[test]
fn the_first_start_offers_the_tour_once() {
    let mut window = Window::open();
    window.click("Take the tour");
    assert!(window.shows("1 of 10") && !window.has("Take the tour"));
    let kept = window.keep();
    drop(window);
    assert!(!Window::reopen(kept).has("Take the tour"));
    // Declined once, never again.
    let mut window = Window::open();
    window.click("Close the welcome");
    let kept = window.keep();
    drop(window);
    let mut window = Window::reopen(kept);
    assert!(!window.has("Take the tour"));
    // It is in the menu all the same.
    window.key(Modifiers::NONE, Key::F6);
    assert!(window.shows("1 of 10"));
}

#[test]
fn the_form_is_folded_where_the_desktop_makes_the_window_small() {
    let mut window = Window::open_tour_sized(1, 1440.0, 900.0);
    assert!(window.has("Samples K"), "there is room for both");
    window.resize(1280.0, 780.0);
    assert!(!window.has("Samples K"), "the tour has the room of the form");
}

#[test]
fn a_command_opens_a_page_and_what_was_done_is_kept() {
    let mut window = Window::open_tour(5);
    assert!(window.shows("5 of 10") && window.shows("Monte Carlo"));
    for _ in 0..3 {
        window.click("Redraw");
    }
    window.click("K = 16");
    window.click("Redraw 500 times");
    let kept = window.keep();
    drop(window);
    let window = Window::reopen(kept);
    assert!(window.has("Page 5: Monte Carlo, done") && window.shows("5 of 10"));
}

/// A control of each page's picture, or the start of its name.
const PICTURES: [&str; 10] = [
    "Curve at z = 0",
    "The integrand p(x|z) p(z) over z",
    "The true posterior p(z|x), filled",
    "Reconstruction",
    "A histogram of",
    "Gradient estimates by μ",
    "The five boxes",
    "The ledger's last",
    "Draw again",
    "Show posterior-collapse",
];

/// The last words of a page's thing to do that stand within a line and between formulas.
fn last_words(page: &'static str) -> &'static str {
    let pieces = page.split(['\n', '$', '*', '[', ']', '(', ')']);
    // Punctuation goes with the formula before it.
    let words = |piece: &'static str| piece.trim_start_matches([',', '.', ':', ';']).trim();
    pieces.map(words).rfind(|piece| piece.len() > 8 && !piece.ends_with(".md")).expect("words")
}

#[test]
fn picture_and_thing_to_do_are_in_sight_at_once() {
    let mut window = Window::open_tour_sized(1, 1280.0, 800.0);
    window.until_ready();
    for presented in [false, true] {
        if presented {
            window.click("Page 1: A latent-variable model");
            window.key(Modifiers::NONE, Key::F11);
            assert!(!window.has("File"), "the tour is alone");
        }
        for (index, (page, picture)) in TOUR.iter().zip(PICTURES).enumerate() {
            let height = window.size().y;
            let name = format!("Page {}: {}", index + 1, page.title);
            window.click(&name);
            window.frames(3);
            window.until(&format!("page {} has its picture", index + 1), |window| window.has_start(picture));
            let [picture, heading, to_do] = [
                window.place(&window.name_starting(picture)),
                window.place(page.title),
                window.place("One thing to do"),
            ];
            let last = window.texts(last_words(page.text)).into_iter().map(|rect| rect.bottom()).fold(0.0, f32::max);
            let told = format!("page {}: {picture}, {heading}, {to_do}, {last} of {height}", index + 1);
            assert!(picture.top() > 0.0 && picture.bottom() < to_do.top(), "{told}");
            assert!(heading.top() > 0.0 && heading.bottom() < height, "{told}");
            assert!(to_do.bottom() < last && last < height - 8.0, "{told}");
        }
    }
}

#[test]
fn the_pages_on_the_small_model_are_walked_one_after_another() {
    let mut window = Window::open_tour(1);
    window.check_names();
    for _ in 0..3 {
        window.click("Draw one");
    }
    window.click("Draw a thousand");
    done(&mut window, 1);

    window.press_on("Points n", Key::ArrowRight, 90);
    window.press_on("Dimensions d", Key::ArrowRight, 110);
    done(&mut window, 2);

    // By hand from (0.1, 0.7) to about (0.7, 0.4), then by Elbow on a posterior with two tops.
    window.press_on("Mean of q", Key::ArrowRight, 8);
    window.press_on("Width of q", Key::ArrowLeft, 4);
    // The text has the word too.
    window.click_last("Fold");
    window.click("Best q");
    done(&mut window, 3);
    window.check_names();

    window.enter("Value of β", "150");
    window.enter("Value of β", "0");
    done(&mut window, 4);

    for _ in 0..3 {
        window.click("Redraw");
    }
    window.click("K = 16");
    window.click("Redraw 500 times");
    done(&mut window, 5);

    // The best q of page 3 is at the top of its bound.
    window.click("New clouds");
    done(&mut window, 6);
}

#[test]
fn the_pages_on_the_run_are_walked_one_after_another() {
    let mut window = Window::open_tour(7);
    window.until_ready();
    window.click("Load mnist-2d");
    window.until_ready();
    for step in 1..=3 {
        window.click("Take a step");
        window.until("the step is taken", |window| {
            window.session().status.step == step && window.session().status.state == RunState::Paused
        });
    }
    window.click("Open One step");
    window.until("the boxes are shown", |window| window.has("Images of the minibatch: 8 images"));
    window.check_names();
    done(&mut window, 7);

    // Points in the plane in place of images: the ledger's integrals over two dimensions are quick.
    window.click("Back");
    window.click("Load toy-moons");
    window.until_ready();
    window.click("Next page");
    window.click("Train or pause");
    window.until("the ledger has entries", |window| window.has("Next page"));
    window.click("Open Density");
    let source = "The density that the data are drawn from, as a heat map";
    window.until("both densities are drawn", |window| window.has(source));
    assert!(window.shows("source −"), "the highest mean of log p(x)");
    window.check_names();
    done(&mut window, 8);

    window.until("samples are drawn", |window| window.has("Samples of the model: means as rings, draws as dots"));
    window.click("Draw again");
    window.click("Draw again");
    window.click("Open Latent space");
    done(&mut window, 9);

    window.click("Show posterior-collapse");
    assert_eq!(window.state().experiment.name, "posterior-collapse");
    done(&mut window, 10);
}
