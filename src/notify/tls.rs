//! Who is trusted to say who a server is: the certificate authorities of this machine, and one of one's own where it is named.

use std::path::Path;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::{Options, local};
use crate::domain::notify::delivery::Trouble;

/// The option that names an authority of one's own.
pub(super) const CA_FILE: (&str, &str) =
    ("ca_file", "a certificate authority of your own, as PEM; those of this machine are trusted anyway");

/// Certificates of authorities, as PEM.
#[derive(Clone)]
pub(super) struct Authority(pub(super) Vec<u8>);

/// The authority of one's own, if the options name one.
pub(super) fn authority(options: &Options<'_>) -> Result<Option<Authority>, String> {
    let Some(path) = options.text("ca_file")? else { return Ok(None) };
    let pem = std::fs::read(Path::new(&path)).map_err(|error| format!("ca_file {path}: {error}"))?;
    if certificates(&pem).next().is_none() {
        return Err(format!("ca_file {path} has no certificate in it"));
    }
    Ok(Some(Authority(pem)))
}

fn certificates(pem: &[u8]) -> impl Iterator<Item = Certificate<'static>> + '_ {
    parse_pem(pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    })
}

/// TLS by rustls with ring. The authorities are read anew for every message: a machine learns of a new one in years, and
/// `watch` runs for months.
pub(super) fn config(own: Option<&Authority>) -> Result<TlsConfig, Trouble> {
    let machine = rustls_native_certs::load_native_certs().certs;
    let mut trusted: Vec<Certificate<'static>> =
        machine.iter().map(|found| Certificate::from_der(found).to_owned()).collect();
    trusted.extend(own.iter().flat_map(|own| certificates(&own.0)));
    if trusted.is_empty() {
        return Err(local("this machine trusts no certificate authority: install ca-certificates", false));
    }
    Ok(TlsConfig::builder().root_certs(RootCerts::from(trusted)).build())
}
