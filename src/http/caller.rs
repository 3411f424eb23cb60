//! The address of the caller, also behind reverse proxies.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The caller's address behind this many proxies of ours. Each of them appends the address that it sees to
/// `X-Forwarded-For`; what stands further to the left was written by the caller and may be a lie. Without proxies the header
/// counts for nothing. `None` where it does not hold an address.
pub(super) fn address(peer: SocketAddr, headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let Some(others) = proxies.checked_sub(1) else { return Some(peer.ip().to_canonical()) };
    let values = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    let hop = hops.iter().rev().nth(others).or(hops.first())?;
    let parsed = hop.parse().or_else(|_| hop.parse::<SocketAddr>().map(|address| address.ip()));
    parsed.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_what_our_own_proxies_wrote_is_believed() {
        for (proxies, lines, expected) in [
            (0, &[][..], Some("192.0.2.1")),
            (0, &["203.0.113.9"], Some("192.0.2.1")),
            (1, &["203.0.113.9"], Some("203.0.113.9")),
            (1, &["10.9.9.9, 203.0.113.9"], Some("203.0.113.9")),
            (1, &["10.9.9.9", "203.0.113.9"], Some("203.0.113.9")),
            (2, &["10.9.9.9, 203.0.113.9, 10.0.0.1"], Some("203.0.113.9")),
            (2, &["203.0.113.9"], Some("203.0.113.9")),
            (1, &["203.0.113.9:4711"], Some("203.0.113.9")),
            (1, &["[2001:db8::1]:4711"], Some("2001:db8::1")),
            (1, &["::ffff:203.0.113.9"], Some("203.0.113.9")),
            (1, &["unknown"], None),
            (1, &[], None),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
            }
            let found = address("192.0.2.1:5000".parse().unwrap(), &headers, proxies);
            assert_eq!(found, expected.map(|address| address.parse().unwrap()), "{proxies} {lines:?}");
        }
    }
}
