//! The command line as people and programs meet it.

mod colour;
mod help;
mod pages;
mod scene;
mod terminal;
mod trouble;
