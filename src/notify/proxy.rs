//! The proxy that the environment names for an address, if it names one.

use ureq::Proxy;

use super::Options;
use super::http::is_this_machine;

/// The proxy for a scheme and a host: `HTTPS_PROXY` or `HTTP_PROXY`, else `ALL_PROXY`, unless `NO_PROXY` or loopback says
/// otherwise; small letters come first, as for curl.
pub(super) fn of(options: &Options<'_>, scheme: &str, host: &str) -> Result<Option<Proxy>, String> {
    let variable = |name: &str| {
        let set = |name: &str| options.variable(name).filter(|text| !text.trim().is_empty());
        set(&name.to_ascii_lowercase()).or_else(|| set(name))
    };
    let own = if scheme == "https" { "HTTPS_PROXY" } else { "HTTP_PROXY" };
    let found = [own, "ALL_PROXY"].into_iter().find_map(|name| Some((name, variable(name)?)));
    let Some((name, address)) = found else { return Ok(None) };
    if is_this_machine(host) || variable("NO_PROXY").is_some_and(|list| leaves_out(&list, host)) {
        return Ok(None);
    }
    // The address may have a password in it, so it is not repeated.
    let proxy = Proxy::new(address.trim())
        .map_err(|_| format!("{name} in the environment is no address of a proxy"))?;
    Ok(Some(proxy))
}

/// Whether a list as in `localhost,.example.com` has the host: itself, or a domain it is in.
fn leaves_out(list: &str, host: &str) -> bool {
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    list.split([',', ' ']).map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        let entry = entry.to_ascii_lowercase();
        let domain = entry.trim_start_matches("*.").trim_start_matches('.');
        let below = host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        entry == "*" || (!domain.is_empty() && below)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_leaves_out_hosts_and_domains() {
        for (list, host, wanted) in [
            ("*", "a.example", true),
            ("a.example", "a.example", true),
            ("A.example", "a.EXAMPLE", true),
            (".example", "a.example", true),
            ("*.example", "a.example", true),
            ("example", "a.example", true),
            ("xample", "a.example", false),
            ("b.example, 10.0.0.1", "10.0.0.1", true),
            ("", "a.example", false),
            (".", "a.example", false),
        ] {
            assert_eq!(leaves_out(list, host), wanted, "{list} {host}");
        }
    }
}
