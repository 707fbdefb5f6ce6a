//! The command line as people and programs meet it.

mod colour;
mod failures;
mod golden;
mod help;
mod pages;
mod people;
mod scene;
mod story;
mod terminal;
mod trouble;
