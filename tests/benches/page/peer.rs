//! What a page is compared with, as its clients see it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use psa_tests::wait;
use serde_json::Value;

/// Servers of one kind, which are asked in turns.
#[derive(Clone)]
pub struct Peer {
    pub name: &'static str,
    bases: Vec<String>,
    body: String,
    client: reqwest::Client,
    asked: Arc<AtomicUsize>,
}

impl Peer {
    /// Servers at these addresses, each of which answers this body with the page.
    pub fn new(name: &'static str, bases: Vec<String>, body: String) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the bench speaks to its own servers")]
        let client = reqwest::Client::new();
        Self {
            name,
            bases,
            body,
            client,
            asked: Arc::default(),
        }
    }

    /// The page as it comes.
    pub async fn text(&self) -> String {
        let turn = self.asked.fetch_add(1, Ordering::Relaxed) % self.bases.len();
        let answer = self.try_at(&self.bases[turn]).await.expect("an answer");
        answer.text().await.expect("a text")
    }

    /// The page.
    pub async fn page(&self) -> Value {
        serde_json::from_str(&self.text().await).expect("JSON")
    }

    /// Waits until every server answers.
    pub async fn ready(&self) {
        for base in &self.bases {
            wait::until("an answer", async || self.try_at(base).await.ok()).await;
        }
    }

    async fn try_at(&self, base: &str) -> reqwest::Result<reqwest::Response> {
        let request = self
            .client
            .post(base)
            .header("accept-encoding", "identity")
            .header("content-type", "application/json");
        request.body(self.body.clone()).send().await
    }
}
