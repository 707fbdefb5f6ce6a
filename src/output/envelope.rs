//! The JSON document every command answers with; golden files hold its shape.

use std::path::Path;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::{Facts, Reply, Warning};
use crate::domain::status::Status;
use crate::error::Error;

/// The envelope, in the order it is written. Minor versions only add fields.
#[derive(Debug, Serialize)]
pub struct Envelope<'a> {
    format: &'a str,
    format_version: &'a str,
    nija_version: &'a str,
    generated_at: DateTime<Utc>,
    host: &'a str,
    state_dir: Option<&'a Path>,
    ok: bool,
    status: Status,
    exit_code: u8,
    changed: bool,
    data: &'a Value,
    warnings: &'a [Warning],
    error: Option<Failure<'a>>,
}

#[derive(Debug, Serialize)]
struct Failure<'a> {
    code: &'a str,
    message: &'a str,
    hint: &'a str,
    retryable: bool,
}

impl<'a> Envelope<'a> {
    fn empty(format: &'a str, exit_code: u8, facts: &'a Facts) -> Self {
        Self {
            format,
            format_version: "1.0",
            nija_version: env!("CARGO_PKG_VERSION"),
            generated_at: facts.at,
            host: &facts.host,
            state_dir: facts.state_dir.as_deref(),
            ok: false,
            status: Status::Unknown,
            exit_code,
            changed: false,
            data: &Value::Null,
            warnings: &[],
            error: None,
        }
    }

    /// The envelope of an answer.
    pub fn of(reply: &'a Reply, facts: &'a Facts) -> Self {
        Self {
            ok: true,
            status: reply.status,
            changed: reply.changed,
            data: &reply.data,
            warnings: &reply.warnings,
            ..Self::empty(reply.format, reply.exit, facts)
        }
    }

    /// The envelope of a failure.
    pub fn failed(error: &'a Error, format: &'a str, exit_code: u8, facts: &'a Facts) -> Self {
        let failure = Failure {
            code: error.code(),
            message: &error.message,
            hint: &error.hint,
            retryable: error.kind.row().retryable,
        };
        Self { error: Some(failure), ..Self::empty(format, exit_code, facts) }
    }

    /// One line.
    pub fn line(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}
