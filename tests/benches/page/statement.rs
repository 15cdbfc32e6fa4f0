//! The page as the JSON of one hand-written statement.

use sea_orm::{DbBackend, Statement};

use crate::{
    peer::Peer,
    server::{self, Data},
    world::World,
};

/// Starts a server that sends it.
pub fn start(world: &World) -> Peer {
    let base = server::start(world, |data, _| statement(data));
    Peer::new("the statement", vec![base], String::new())
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
