//! A drawing of the network as a U: down the encoder from x to q(z|x), across the sample z, up the decoder to p(x|z),
//! so that a layer faces its mirror image and each term of the bound stands where it arises.

mod cells;
mod draw;

pub use cells::{Drawing, beta_text};
pub use draw::{MeasuredTerms, drawing_height, network_ui};
