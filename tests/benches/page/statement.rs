//! The JSON of one hand-written statement, sent as it is.

use std::net::TcpListener;

use actix_web::{App, HttpResponse, HttpServer, web};
use psa_entities::ids::{IntegrationId, ProviderId};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::{peer::Peer, world::World};

#[derive(Clone)]
struct Data {
    db: DatabaseConnection,
    provider: ProviderId,
    integration: IntegrationId,
}

/// Starts a server that sends what the statement says, on the database connections of the server that it is compared
/// with.
pub fn start(world: &World) -> Peer {
    let data = Data {
        db: world.bridge.app.db.read().clone(),
        provider: world.provider,
        integration: world.key,
    };
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let base = format!("http://{}/", listener.local_addr().expect("an address"));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(data.clone()))
            .route("/", web::post().to(page))
    });
    tokio::spawn(server.disable_signals().listen(listener).expect("it listens").run());
    Peer::new("the statement", vec![base], String::new())
}

async fn page(data: web::Data<Data>) -> HttpResponse {
    let row = data.db.query_one_raw(statement(&data)).await;
    let row = row.expect("the statement works").expect("an aggregate has a row");
    let text: String = row.try_get_by_index(0).expect("a text");
    HttpResponse::Ok().content_type("application/json").body(text)
}

fn statement(data: &Data) -> Statement {
    let backend = data.db.get_database_backend();
    let (object, array, text) = match backend {
        DbBackend::Sqlite => ("json_object", "json_group_array(json(entry))", ""),
        _ => ("json_build_object", "json_agg(entry)", "::text"),
    };
    let id = |column: &str| match backend {
        DbBackend::Sqlite => format!("lower(hex({column}))"),
        _ => format!("{column}::text"),
    };
    let sql = format!(
        "SELECT {array}{text} FROM (SELECT {object}(
            'id', {id_m}, 'state', r.state, 'changedAt', r.changed_at,
            'health', CASE WHEN r.deleted THEN 'DELETED' WHEN lower(r.status) = 'inactive' THEN 'INACTIVE'
                WHEN r.psa_name <> r.p_name THEN 'RENAMED' ELSE 'OK' END,
            'company', {object}('id', {id_c}, 'name', r.c_name, 'contacts', (
                SELECT {array} FROM (SELECT {object}('id', {id_t}, 'name', t.name, 'email', t.email) AS entry
                    FROM console_contact t WHERE t.company_id = r.c_id AND t.removed_at IS NULL
                    ORDER BY t.name, t.id LIMIT 3) AS contacts)),
            'psaCompany', {object}('id', {id_p}, 'name', r.p_name)
        ) AS entry
        FROM (SELECT m.id AS m_id, m.state, m.changed_at, m.psa_name, c.id AS c_id, c.name AS c_name, p.id AS p_id,
                p.name AS p_name, p.status, p.deleted
            FROM console_company c
            LEFT JOIN company_mapping m ON m.company_id = c.id AND m.integration_id = $2
            LEFT JOIN psa_company p ON p.id = m.psa_company_id
            WHERE c.provider_id = $1 AND c.removed_at IS NULL AND m.state IS NOT DISTINCT FROM 'MAPPED'
            ORDER BY c.name, c.id LIMIT 50) AS r) AS page",
        id_m = id("r.m_id"),
        id_c = id("r.c_id"),
        id_t = id("t.id"),
        id_p = id("r.p_id"),
    );
    let values = [data.provider.uuid().into(), data.integration.uuid().into()];
    Statement::from_sql_and_values(backend, sql, values)
}
