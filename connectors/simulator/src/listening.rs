//! A server that runs until it is shut down or dropped.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::dev::ServerHandle;
use rustls::ServerConfig;
use tokio::task::JoinHandle;

use crate::server;
use crate::tls::{self, Tls};
use crate::vendor::Vendor;

/// A bound socket, before anybody answers there.
pub(crate) struct Bound {
    listener: TcpListener,
    tls: Option<ServerConfig>,
    port: u16,
}

/// A running server.
pub(crate) struct Listening {
    port: u16,
    handle: ServerHandle,
    closed: Arc<AtomicBool>,
    running: Option<JoinHandle<std::io::Result<()>>>,
}

impl Bound {
    /// Takes a port on 127.0.0.1, 0 for a free one.
    ///
    /// # Errors
    ///
    /// When the port cannot be bound, or the certificate cannot be used with its key.
    pub(crate) fn new(port: u16, tls: Option<&Tls>) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let port = listener.local_addr()?.port();
        let tls = tls.map(tls::config).transpose()?;
        Ok(Self { listener, tls, port })
    }

    /// `http://127.0.0.1:port`, or `https://…` with a certificate.
    pub(crate) fn base_url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// Lets a site answer.
    pub(crate) fn serve<V: Vendor>(self, site: Arc<V>) -> std::io::Result<Listening> {
        let closed = Arc::new(AtomicBool::new(false));
        let server = server::server(self.listener, self.tls, site, Arc::clone(&closed))?;
        let handle = server.handle();
        Ok(Listening {
            port: self.port,
            handle,
            closed,
            running: Some(tokio::spawn(server)),
        })
    }
}

impl Listening {
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// Stops listening, closes the connections and waits until both is done.
    pub(crate) async fn shutdown(&mut self) -> std::io::Result<()> {
        self.closed.store(true, Ordering::Relaxed);
        self.handle.stop(false).await;
        match self.running.take() {
            Some(running) => running.await.map_err(std::io::Error::other)?,
            None => Ok(()),
        }
    }

    /// Waits until the server ends.
    pub(crate) async fn wait(&mut self) -> std::io::Result<()> {
        match self.running.as_mut() {
            Some(running) => running.await.map_err(std::io::Error::other)?,
            None => Ok(()),
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // The command to stop is sent at once; nobody is left to wait for its completion.
        drop(self.handle.stop(false));
    }
}
