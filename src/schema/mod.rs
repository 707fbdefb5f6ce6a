//! The schema freeze: no change of a database's schema reaches a branch without its migration.
//!
//! An island: it imports nothing else of the crate, reads no file and prints nothing.
//!
//! ```text
//! tree of files ─> python   source to a small syntax tree, kept by blob id
//!                    │
//!                    ├─> eval ─> sqlalchemy ─> model ─┐
//!                    │   (runs declarations only)     ├─ diff ─> changes ─┐
//!                    │                  the other side┘                   ├─ check ─> findings ─> report
//!                    └─> alembic, sql ─> steps, chain ────────────────────┘
//! ```

pub mod alembic;
pub mod change;
pub mod check;
pub mod diff;
pub mod eval;
pub mod facts;
pub mod finding;
pub mod ignore;
pub mod memory;
pub mod model;
pub mod operation;
pub mod place;
pub mod python;
pub mod quote;
pub mod report;
pub mod rules;
pub mod settings;
pub mod sql;
pub mod sqlalchemy;
pub mod tree;
