//! The bounds, and what they are compared with.
