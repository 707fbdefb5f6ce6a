//! What covers what.
