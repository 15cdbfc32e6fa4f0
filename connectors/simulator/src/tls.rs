//! The certificate of a site that speaks HTTPS.

use std::io::{Error, ErrorKind};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A certificate with its key. The client must trust it for 127.0.0.1.
#[derive(Clone)]
pub struct Tls {
    /// The certificate and those that lead to a trusted one, in PEM.
    pub certificate_pem: String,
    /// Its private key in PEM: PKCS #8, PKCS #1 or SEC 1.
    pub private_key_pem: String,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Tls")
            .field("certificate_pem", &self.certificate_pem)
            .finish_non_exhaustive()
    }
}

/// What the server offers, or why the certificate and its key cannot be used.
pub(crate) fn config(tls: &Tls) -> std::io::Result<ServerConfig> {
    let chain = CertificateDer::pem_slice_iter(tls.certificate_pem.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unusable("certificate", &error))?;
    let key = PrivateKeyDer::from_pem_slice(tls.private_key_pem.as_bytes())
        .map_err(|error| unusable("private key", &error))?;
    // The provider is named: other crates of a program may have brought more than one.
    ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable("TLS provider", &error))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| unusable("certificate with this private key", &error))
}

fn unusable(what: &str, error: &impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("the {what} cannot be used: {error}"))
}
