//! Networks from the outside: against PyTorch, against formulas, and through files.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

mod exports;
mod golden;
mod gradients;
mod initial;
mod lora;
#[cfg(feature = "onnx")]
mod onnx;
mod pretrained;
mod recommend;
mod series;
mod support;
mod texts;
mod training;
mod transfer;
mod weights;
mod words;
