//! The experiment room through its public face.

mod plan;
