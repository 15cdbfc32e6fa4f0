//! The e-mail domains that tell whose an address is: those of companies, not those of public mail providers.

use crate::console::email;

/// Providers that have the same name in many countries: `yahoo.com`, `yahoo.co.uk`, `gmx.net`.
const FAMILIES: &[&str] = &[
    "aol",
    "gmail",
    "gmx",
    "googlemail",
    "hotmail",
    "icloud",
    "live",
    "msn",
    "outlook",
    "proton",
    "protonmail",
    "yahoo",
    "ymail",
];

/// The large mail and internet providers of the countries that this is used in. The list is short on purpose: a domain
/// that several PSA companies have is ambiguous anyway, and one that many have is left out.
const PROVIDERS: &[&str] = &[
    "att.net",
    "bellsouth.net",
    "bigpond.com",
    "bluewin.ch",
    "btinternet.com",
    "charter.net",
    "comcast.net",
    "cox.net",
    "fastmail.com",
    "free.fr",
    "freenet.de",
    "kpnmail.nl",
    "laposte.net",
    "libero.it",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "online.no",
    "optusnet.com.au",
    "orange.fr",
    "pm.me",
    "qq.com",
    "sbcglobal.net",
    "sfr.fr",
    "sky.com",
    "t-online.de",
    "telefonica.net",
    "telia.com",
    "verizon.net",
    "wanadoo.fr",
    "web.de",
    "xs4all.nl",
    "yandex.ru",
    "ziggo.nl",
];

/// The domain of an address when it is a company's own; `None` for a public mail provider's and for what is no address.
pub fn of_company(address: &str) -> Option<String> {
    email::domain(address).filter(|domain| !is_public(domain))
}

fn is_public(domain: &str) -> bool {
    // No more than `yahoo.co.uk` has: `live.example.co.uk` is somebody's own.
    let labels = domain.split('.').count();
    let first = domain.split('.').next().unwrap_or_default();
    PROVIDERS.contains(&domain) || (labels <= 3 && FAMILIES.contains(&first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domains_of_public_providers_say_nothing() {
        for public in [
            "ann@gmail.com",
            "Ann@Yahoo.co.uk",
            "ann@gmx.net",
            "ann@web.de",
            "ann@hotmail.fr",
            "nobody",
        ] {
            assert_eq!(of_company(public), None, "{public}");
        }
        for (own, domain) in [
            ("Ann@Contoso.example", "contoso.example"),
            ("ann@contoso.onmicrosoft.com", "contoso.onmicrosoft.com"),
            ("ann@live.theatre.co.uk", "live.theatre.co.uk"),
            ("ann@notgmail.com", "notgmail.com"),
        ] {
            assert_eq!(of_company(own).as_deref(), Some(domain));
        }
    }

    #[test]
    fn the_lists_are_in_order() {
        assert!(PROVIDERS.is_sorted() && FAMILIES.is_sorted());
    }
}
