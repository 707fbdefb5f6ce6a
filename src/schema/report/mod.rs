//! What findings look like elsewhere: annotations, SARIF, the migration that is missing.

pub mod github;
pub mod sarif;
pub mod skeleton;
