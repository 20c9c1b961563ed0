//! The window's memory while it trains with its views open. Asked for by `ELBOW_WINDOW_SOAK=seconds`:
//!
//! ```text
//! ELBOW_WINDOW_SOAK=600 cargo test --release --test window the_window_trains_in_flat_memory -- --nocapture
//! ```

use crate::driver::Window;
use eframe::egui::{Key, Modifiers, Pos2};
use elbow::worker::memory;
use std::time::{Duration, Instant};

/// Time between two frames: that between two wakes of the window by the worker.
const PERIOD: Duration = Duration::from_millis(33);
/// Time for which each view is in sight.
const LOOK: Duration = Duration::from_secs(3);

/// The middle of some numbers.
fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

#[test]
fn the_window_trains_in_flat_memory() {
    let Some(seconds) = std::env::var("ELBOW_WINDOW_SOAK").ok().map(|text| text.parse::<f64>().expect("seconds"))
    else {
        println!("not run: ELBOW_WINDOW_SOAK=seconds asks for it");
        return;
    };
    let mut window = Window::open();
    window.until_ready();
    window.enter("Run length", "1000000");
    window.key(Modifiers::NONE, Key::Space);
    window.until("it trains", |window| window.session().status.step > 20);
    // The views by their keys, one after another, while the pointer wanders over the window.
    let keys = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];
    let size = window.size();
    let (start, mut looks, mut resident, mut frames) = (Instant::now(), 0, Vec::new(), 0_u64);
    while start.elapsed().as_secs_f64() < seconds {
        let look = Instant::now();
        window.key(Modifiers::COMMAND, keys[looks % keys.len()]);
        while look.elapsed() < LOOK {
            let begun = Instant::now();
            let angle = start.elapsed().as_secs_f32();
            let at = Pos2::new(size.x * (0.6 + 0.38 * angle.sin()), size.y * (0.5 + 0.45 * (1.7 * angle).sin()));
            window.hover(at);
            frames += 3;
            std::thread::sleep(PERIOD.saturating_sub(begun.elapsed()));
        }
        resident.push(memory::resident() as f64 / f64::from(1 << 20));
        looks += 1;
    }
    let step = window.session().status.step;
    let third = resident.len() / 3;
    let thirds = [&resident[..third], &resident[third..2 * third], &resident[2 * third..]];
    let [first, middle, last] = thirds.map(median);
    println!(
        "{seconds} s, {frames} frames, {step} steps; resident memory of each third: {first:.1}, {middle:.1}, \
              {last:.1} MiB"
    );
    // The first third warms up: buffers, allocators, textures, the finest curves.
    let growth = last / middle - 1.0;
    println!("the last third has {:+.2} % of the middle third's", 100.0 * growth);
    assert!(growth < 0.02, "{resident:?}");
}
