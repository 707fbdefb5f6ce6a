//! The command line as people and programs meet it.

mod adoption;
mod colour;
mod equity;
mod exposure;
mod failures;
mod golden;
mod help;
mod pages;
mod people;
mod scene;
mod start;
mod story;
mod terminal;
mod trouble;
