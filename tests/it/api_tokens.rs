//! API tokens through the API: made, used, looked at, revoked and expired, by their provider and by others.

mod life;
mod making;

use psa_tests::{Bridge, Client};
use secrecy::SecretString;
use serde_json::{Value, json};

/// Makes a token.
const CREATE: &str = "mutation Create($input: CreateApiTokenInput!) { createApiToken(input: $input) {
    secret
    apiToken { id name hint permissions state createdAt createdBy expiresAt revokedAt revokedBy lastUsedAt }
    userErrors { code field message remedy }
} }";

/// Revokes a token.
const REVOKE: &str = "mutation Revoke($input: RevokeApiTokenInput!) { revokeApiToken(input: $input) {
    apiToken { id name hint permissions state createdAt createdBy expiresAt revokedAt revokedBy lastUsedAt }
    userErrors { code field message remedy }
} }";

/// Lists every token.
const LIST: &str = "query List($filter: ApiTokenFilter) { apiTokens(filter: $filter) {
    totalCount
    nodes { id name hint permissions state createdAt createdBy expiresAt revokedAt revokedBy lastUsedAt }
} }";

/// Reads one token by its id.
const NODE: &str = "query Node($id: ID!) { node(id: $id) { id ... on ApiToken { name hint state lastUsedAt } } }";

/// Asks who asks, which every token may.
const WHO: &str = "{ viewer { subject permissions provider { name } } }";

/// A token and the client that uses it.
struct Script {
    id: String,
    secret: String,
    client: Client,
}

/// Makes a token and gives the script that has it.
async fn script(bridge: &Bridge, maker: &Client, name: &str, permissions: &[&str]) -> Script {
    let input = json!({ "name": name, "permissions": permissions });
    let payload = maker.succeed(CREATE, input).await;
    let secret = psa_tests::setup::text(&payload["secret"]);
    Script {
        id: psa_tests::setup::text(&payload["apiToken"]["id"]),
        client: Client::new(&bridge.base, Some(SecretString::from(secret.clone()))),
        secret,
    }
}

/// Status, code and message of an answer that is a refusal.
async fn refusal(client: &Client, query: &str, variables: Value) -> (u16, String, String) {
    let (status, answer) = client.send(query, variables).await.expect("an answer");
    let error = &answer["errors"][0];
    (
        status,
        psa_tests::setup::text(&error["extensions"]["code"]),
        psa_tests::setup::text(&error["message"]),
    )
}
