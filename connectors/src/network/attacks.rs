//! Addresses that would lead inside, or to a host that is not the PSA's: every disguise that is known.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4},
    str::FromStr,
};

use super::{tests::refusal, *};

/// The first, some middle and the last address of each private range in IPv4.
const PRIVATE_V4: [&str; 23] = [
    "0.0.0.0",
    "0.255.255.255",
    "10.0.0.0",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.0",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.1.2.3",
    "127.255.255.255",
    "169.254.0.0",
    "169.254.169.254",
    "169.254.255.255",
    "172.16.0.0",
    "172.20.10.1",
    "172.31.255.255",
    "192.168.0.0",
    "192.168.1.1",
    "192.168.255.255",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
];

const PRIVATE_V6: [&str; 12] = [
    "::",
    "::1",
    "fc00::",
    "fd12:3456:789a::1",
    "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fe80::",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "fd00:ec2::254",
    "2001:db8::1",
];

/// Policies under which nothing private may be reached. The operator's list is one of names, not of private addresses.
fn policies(address: &str) -> [NetworkPolicy; 2] {
    let listed = NetworkPolicy {
        allow_loopback: false,
        extra_hosts: vec![address.to_owned(), format!("[{address}]")],
    };
    [NetworkPolicy::default(), listed]
}

fn is_hidden(url: &str, address: &str) -> bool {
    policies(address)
        .iter()
        .all(|policy| matches!(refusal(policy, url), Some(Refused::NotPublic { .. })))
}

fn v4(text: &str) -> Ipv4Addr {
    text.parse().expect(text)
}

#[test]
fn every_private_range_of_ipv4_is_refused() {
    for address in PRIVATE_V4 {
        assert!(is_hidden(&format!("https://{address}/"), address), "{address}");
    }
}

#[test]
fn every_private_range_of_ipv6_is_refused() {
    for address in PRIVATE_V6 {
        assert!(is_hidden(&format!("https://[{address}]/"), address), "{address}");
    }
}

#[test]
fn decimal_hexadecimal_octal_and_short_spellings_are_the_address_they_mean() {
    for address in PRIVATE_V4 {
        let [a, b, c, d] = v4(address).octets();
        let bits = v4(address).to_bits();
        let tail = bits & 0x00ff_ffff;
        for spelling in [
            bits.to_string(),
            format!("{bits:#x}"),
            format!("{bits:#X}").replace("0X", "0X0"),
            format!("0{bits:o}"),
            format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"),
            format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
            format!("{a}.{tail}"),
            format!("{a}.{b}.{}", bits & 0xffff),
            format!("{a:#x}.{b}.0{c:o}.{d}"),
            format!("{a}.{b}.{c}.{d}."),
            // Digits that browsers turn into ASCII.
            format!("{a}.{b}.{c}.{d}")
                .replace('1', "\u{ff11}")
                .replace('.', "\u{3002}"),
            format!("{a}.{b}.{c}.{d}").replace('.', "%2e"),
        ] {
            assert!(
                is_hidden(&format!("https://{spelling}/"), address),
                "{spelling} is {address}"
            );
        }
    }
}

#[test]
fn a_private_address_that_another_one_wraps_is_refused() {
    for address in PRIVATE_V4 {
        let [a, b, c, d] = v4(address).octets();
        let (high, low) = (format!("{a:02x}{b:02x}"), format!("{c:02x}{d:02x}"));
        for wrapped in [
            format!("::ffff:{address}"),
            format!("::ffff:{high}:{low}"),
            format!("::{high}:{low}"),
            format!("::ffff:0:{high}:{low}"),
            format!("64:ff9b::{address}"),
            format!("64:ff9b::{high}:{low}"),
            format!("64:ff9b:1::{high}:{low}"),
            format!("2002:{high}:{low}::1"),
            format!("2001:0:{high}:{low}::1"),
        ] {
            assert!(is_hidden(&format!("https://[{wrapped}]/"), &wrapped), "{wrapped}");
            let answer = SocketAddr::from((IpAddr::from_str(&wrapped).expect("an address"), 0));
            let judged = PublicAddresses::new(&NetworkPolicy::default()).judge("h", vec![answer]);
            assert!(judged.is_err(), "{wrapped}");
        }
    }
}

#[test]
fn a_name_that_resolves_to_a_private_address_is_refused_even_beside_public_ones() {
    let strict = PublicAddresses::new(&NetworkPolicy::default());
    let public: Vec<SocketAddr> = ["8.8.8.8:0", "[2606:4700::1111]:0"]
        .iter()
        .map(|address| address.parse().expect("an address"))
        .collect();
    assert!(strict.judge("h", public.clone()).is_ok());
    let private = PRIVATE_V4.iter().chain(&PRIVATE_V6);
    for hidden in private.map(|address| SocketAddr::from((IpAddr::from_str(address).expect("an address"), 0))) {
        assert!(strict.judge("h", vec![hidden]).is_err(), "{hidden}");
        for place in 0..=public.len() {
            let mut mixed = public.clone();
            mixed.insert(place, hidden);
            assert!(strict.judge("h", mixed).is_err(), "{hidden} in place {place}");
        }
    }
    // A name that was public a moment ago is judged again: what is connected to is what was judged.
    assert!(
        strict
            .judge("h", vec![SocketAddrV4::new(v4("127.0.0.1"), 0).into()])
            .is_err()
    );
}

#[test]
fn loopback_that_is_allowed_allows_no_other_private_address() {
    let open = NetworkPolicy {
        allow_loopback: true,
        extra_hosts: Vec::new(),
    };
    let resolver = PublicAddresses::new(&open);
    let addresses = PRIVATE_V4.iter().chain(&PRIVATE_V6);
    for address in addresses.map(|address| IpAddr::from_str(address).expect("an address")) {
        let url = match address {
            IpAddr::V4(address) => format!("https://{address}/"),
            IpAddr::V6(address) => format!("https://[{address}]/"),
        };
        assert_eq!(refusal(&open, &url).is_none(), address.is_loopback(), "{address}");
        let judged = resolver.judge("h", vec![SocketAddr::from((address, 0))]);
        assert_eq!(judged.is_ok(), address.is_loopback(), "{address}");
    }
    for wrapped in ["::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1"] {
        assert!(refusal(&open, &format!("http://[{wrapped}]/")).is_some(), "{wrapped}");
    }
}

#[test]
fn a_user_name_does_not_disguise_the_host() {
    for url in [
        "https://user@na.myconnectwise.net/",
        "https://user:secret@na.myconnectwise.net/",
        "https://:secret@na.myconnectwise.net/",
        "https://na.myconnectwise.net@evil.example/",
        "https://na.myconnectwise.net:443@evil.example/",
        "https://na.myconnectwise.net%2f@evil.example/",
        "https://evil.example%40na.myconnectwise.net@169.254.169.254/",
        "https://a@b@na.myconnectwise.net/",
    ] {
        assert_eq!(
            refusal(&NetworkPolicy::default(), url),
            Some(Refused::UserInfo),
            "{url}"
        );
    }
}

#[test]
fn only_the_port_of_https_is_open() {
    for port in ["443", "0443", "", "00000443"] {
        let url = format!("https://na.myconnectwise.net:{port}/");
        assert_eq!(refusal(&NetworkPolicy::default(), &url), None, "{url}");
    }
    for port in ["0", "1", "22", "80", "444", "5432", "8443", "65535"] {
        let url = format!("https://na.myconnectwise.net:{port}/");
        assert_eq!(refusal(&NetworkPolicy::default(), &url), Some(Refused::Port), "{url}");
    }
    for port in ["65979", "-1", "443x", "4 43", "0x1bb", "443:80"] {
        let url = format!("https://na.myconnectwise.net:{port}/");
        assert!(Url::parse(&url).is_err(), "{url}");
    }
}

#[test]
fn a_trailing_dot_makes_another_name() {
    for host in [
        "na.myconnectwise.net.",
        "na.myconnectwise.net..",
        "localhost.",
        "myconnectwise.net.",
    ] {
        let refused = refusal(&NetworkPolicy::default(), &format!("https://{host}/"));
        assert!(matches!(refused, Some(Refused::Host { .. })), "{host}: {refused:?}");
    }
    let open = NetworkPolicy {
        allow_loopback: true,
        extra_hosts: vec!["psa.example.com".to_owned()],
    };
    for url in ["http://localhost./", "https://psa.example.com./"] {
        assert!(refusal(&open, url).is_some(), "{url}");
    }
}

#[test]
fn a_host_that_only_looks_like_the_psas_is_refused() {
    for host in [
        // Cyrillic е, Cyrillic о, dotless ı, Greek omicron, a combining dot.
        "na.myconn\u{435}ctwise.net",
        "na.myc\u{43e}nnectwise.net",
        "na.myconnectw\u{131}se.net",
        "na.myc\u{3bf}nnectwise.net",
        "na.myconnectwise\u{307}.net",
        "na.xn--myconnctwise-zqi.net",
        "na-myconnectwise.net",
        "evilmyconnectwise.net",
        "na.myconnectwise.net.evil.example",
        "na.myconnectwise.net%2eevil.example",
        "na.myconnectwise.net\u{3002}evil.example",
        "na.myconnectwise.network",
        "na.myconnectwise.ne",
        "na.myconnectwise-net",
        ".myconnectwise.net",
        "evil.example\\.na.myconnectwise.net",
        "evil.example\\@na.myconnectwise.net",
        "evil.example/.na.myconnectwise.net",
        "evil.example?.na.myconnectwise.net",
        "169.254.169.254\\.na.myconnectwise.net",
    ] {
        // What is no address at all leads nowhere.
        let Ok(url) = Url::parse(&format!("https://{host}/")) else {
            continue;
        };
        let refused = NetworkPolicy::default().check_url(
            &url,
            &HostPolicy {
                domains: &["myconnectwise.net"],
            },
        );
        assert!(
            matches!(refused, Err(Refused::Host { .. } | Refused::NotPublic { .. })),
            "{host} is {url}: {refused:?}"
        );
    }
    // Those are the PSA's own name, in letters that every reader of addresses folds.
    for host in [
        "NA.MYCONNECTWISE.NET",
        "na\u{3002}myconnectwise\u{ff0e}net",
        "n\u{ff41}.myconnectwise.net",
        "na.my\u{ad}connectwise.net",
    ] {
        let url = Url::parse(&format!("https://{host}/")).expect(host);
        assert_eq!(url.host_str(), Some("na.myconnectwise.net"));
        assert_eq!(refusal(&NetworkPolicy::default(), url.as_str()), None, "{host}");
    }
}

#[test]
fn nothing_but_https_is_spoken() {
    for scheme in [
        "http", "HTTP", "ws", "wss", "ftp", "gopher", "file", "jar", "dict", "ldap", "unix",
    ] {
        for url in [
            format!("{scheme}://na.myconnectwise.net/"),
            format!("{scheme}:na.myconnectwise.net"),
        ] {
            let Ok(url) = Url::parse(&url) else { continue };
            let refused = NetworkPolicy::default().check_url(
                &url,
                &HostPolicy {
                    domains: &["myconnectwise.net"],
                },
            );
            assert!(
                matches!(refused, Err(Refused::NotHttps | Refused::NoHost)),
                "{url}: {refused:?}"
            );
        }
    }
    // Loopback that is allowed opens http on this machine, and nowhere else.
    let open = NetworkPolicy {
        allow_loopback: true,
        extra_hosts: vec!["psa.example.com".to_owned()],
    };
    for host in [
        "na.myconnectwise.net",
        "psa.example.com",
        "10.0.0.1",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
    ] {
        assert_eq!(
            refusal(&open, &format!("http://{host}/")),
            Some(Refused::NotHttps),
            "{host}"
        );
    }
}
