//! A server that sends the JSON of one hand-written statement as it is: what lists are compared with.

use std::net::TcpListener;

use actix_web::{App, HttpResponse, HttpServer, web};
use psa_entities::ids::{IntegrationId, ProviderId};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use crate::world::World;

/// What a statement is about.
#[derive(Clone)]
pub struct Data {
    pub db: DatabaseConnection,
    pub provider: ProviderId,
    pub integration: IntegrationId,
}

/// Makes the statement of a request's body.
type Write = fn(&Data, &[u8]) -> Statement;

/// Starts it on the database connections of the server that it is compared with, and gives its address.
pub fn start(world: &World, statement: Write) -> String {
    let data = Data {
        db: world.bridge.app.db.read().clone(),
        provider: world.provider,
        integration: world.key,
    };
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let base = format!("http://{}/", listener.local_addr().expect("an address"));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new((data.clone(), statement)))
            .route("/", web::post().to(answer))
    });
    tokio::spawn(server.disable_signals().listen(listener).expect("it listens").run());
    base
}

async fn answer(of: web::Data<(Data, Write)>, body: web::Bytes) -> HttpResponse {
    let (data, statement) = of.get_ref();
    let row = data.db.query_one_raw(statement(data, &body)).await;
    let row = row.expect("the statement works").expect("an aggregate has a row");
    let text: String = row.try_get_by_index(0).expect("a text");
    HttpResponse::Ok().content_type("application/json").body(text)
}
