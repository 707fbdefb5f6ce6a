//! The command line as people and programs meet it.

mod colour;
mod pages;
mod scene;
