//! Paging tokens: where a list goes on, sealed so that nobody makes one up.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::autotask::entity::Entity;
use crate::autotask::refusal::Refusal;
use crate::autotask::site::Site;

/// A query and the id after which its page begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cursor {
    pub(super) query: Map<String, Value>,
    pub(super) after: i64,
}

impl Cursor {
    /// The token, which is good for this entity of this tenant.
    pub(super) fn write(&self, site: &Site, entity: Entity) -> Result<String, Refusal> {
        let said = json!([entity.name(), self.query, self.after]).to_string();
        let seal = mac(site, said.as_bytes())?.finalize().into_bytes();
        Ok(format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(said),
            URL_SAFE_NO_PAD.encode(seal)
        ))
    }

    pub(super) fn read(site: &Site, entity: Entity, token: &str) -> Result<Self, Refusal> {
        let invalid = || Refusal::error("The paging token is invalid.");
        let (said, seal) = token.split_once('.').ok_or_else(invalid)?;
        let said = URL_SAFE_NO_PAD.decode(said).map_err(|_| invalid())?;
        let seal = URL_SAFE_NO_PAD.decode(seal).map_err(|_| invalid())?;
        mac(site, &said)?.verify_slice(&seal).map_err(|_| invalid())?;
        let (name, query, after): (String, Map<String, Value>, i64) =
            serde_json::from_slice(&said).map_err(|_| invalid())?;
        if name != entity.name() {
            return Err(invalid());
        }
        Ok(Self { query, after })
    }
}

fn mac(site: &Site, said: &[u8]) -> Result<Hmac<Sha256>, Refusal> {
    // Every simulator has an address of its own.
    let key = format!("paging of {}", site.shell.base_url);
    let made = Hmac::<Sha256>::new_from_slice(key.as_bytes());
    let mut mac = made.map_err(|error| Refusal::error(error.to_string()))?;
    mac.update(said);
    Ok(mac)
}
