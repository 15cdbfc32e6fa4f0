//! The entities and the migrated database agree on tables, columns, types and keys, on both databases.

use std::collections::{BTreeMap, BTreeSet};

use psa_entities::{
    addition, agent_event, agent_settings, agreement, api_token, audit_entry, billing_configuration, billing_evidence,
    billing_item, billing_line, billing_run, billing_settings, board, company_billing, company_mapping, company_price,
    company_routing, console_company, console_contact, contact_mapping, credential, delivery, delivery_attempt,
    full_report, import_change, import_settings, import_state, incident, integration, job, license, license_period,
    permission_check, product_mapping, provider, psa_company, psa_contact, psa_product, storage_account, storage_limit,
    storage_limit_use, storage_sample, ticket_settings, ticket_watch, webhook, webhook_delivery,
};
use psa_migration::{Migrator, MigratorTrait};
use sea_orm::sea_query::ColumnType;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, EntityTrait, FromQueryResult, IdenStatic,
    Iterable, PrimaryKeyToColumn, Statement,
};

use support::databases::on_each_database;

mod support {
    pub(crate) mod databases;
}

#[tokio::test]
async fn every_entity_is_its_table_and_every_table_has_an_entity() {
    on_each_database("agreement", |db| async move {
        Migrator::up(&db, None).await.unwrap();
        let in_database = columns_of_database(&db).await.unwrap();
        let in_entities = columns_of_entities(db.get_database_backend());
        for (column, shape) in &in_entities {
            assert_eq!(in_database.get(column), Some(shape), "{column:?} of the entities");
        }
        for (column, shape) in &in_database {
            assert_eq!(in_entities.get(column), Some(shape), "{column:?} of the database");
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn migrations_go_up_down_and_up_again() {
    on_each_database("up_down_up", |db| async move {
        Migrator::up(&db, None).await.unwrap();
        let first = schema_of_database(&db).await.unwrap();
        assert!(!first.0.is_empty() && !first.1.is_empty());

        Migrator::down(&db, None).await.unwrap();
        assert_eq!(columns_of_database(&db).await.unwrap(), BTreeMap::new());
        assert_eq!(indexes_of_database(&db).await.unwrap(), BTreeSet::new());

        Migrator::up(&db, None).await.unwrap();
        let second = schema_of_database(&db).await.unwrap();
        assert_eq!(first, second);
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn each_migration_can_be_undone_and_redone_alone() {
    on_each_database("step_by_step", |db| async move {
        for _ in Migrator::migrations() {
            Migrator::up(&db, Some(1)).await.unwrap();
            let before = schema_of_database(&db).await.unwrap();
            Migrator::down(&db, Some(1)).await.unwrap();
            assert!(schema_of_database(&db).await.unwrap() != before, "it changes something");
            Migrator::up(&db, Some(1)).await.unwrap();
            assert_eq!(schema_of_database(&db).await.unwrap(), before);
        }
        assert!(Migrator::get_pending_migrations(&db).await.unwrap().is_empty());
    })
    .await
    .unwrap();
}

/// Columns by table and name.
type Columns = BTreeMap<(String, String), Shape>;

#[derive(Debug, PartialEq, Eq)]
struct Shape {
    data_type: String,
    nullable: bool,
    in_primary_key: bool,
}

fn columns_of_entities(backend: DbBackend) -> Columns {
    let mut all = Columns::new();
    macro_rules! add {
        ($($entity:ident)+) => {$( add_entity::<$entity::Entity>(&mut all, backend); )+};
    }
    add! {
        addition agent_event agent_settings agreement api_token audit_entry billing_configuration billing_evidence
        billing_item billing_line billing_run billing_settings board company_billing company_mapping company_price company_routing
        console_company console_contact contact_mapping credential delivery delivery_attempt full_report import_change import_settings import_state
        incident integration job license license_period permission_check product_mapping provider psa_company
        psa_contact psa_product storage_account storage_limit storage_limit_use storage_sample ticket_settings
        ticket_watch webhook webhook_delivery
    }
    all
}

fn add_entity<E: EntityTrait>(all: &mut Columns, backend: DbBackend) {
    for column in E::Column::iter() {
        let definition = column.def();
        let shape = Shape {
            data_type: data_type(backend, definition.get_column_type()),
            nullable: definition.is_null(),
            in_primary_key: E::PrimaryKey::from_column(column).is_some(),
        };
        all.insert(
            (E::default().table_name().to_owned(), column.as_str().to_owned()),
            shape,
        );
    }
}

/// The name that the database gives to the type in which a Rust type is kept.
fn data_type(backend: DbBackend, column: &ColumnType) -> String {
    let (postgres, sqlite) = match column {
        ColumnType::String(_) | ColumnType::Text => ("text", "text"),
        ColumnType::Uuid => ("uuid", "uuid_text"),
        ColumnType::SmallInteger => ("smallint", "smallint"),
        ColumnType::Integer => ("integer", "integer"),
        ColumnType::BigInteger => ("bigint", "integer"),
        ColumnType::Boolean => ("boolean", "boolean"),
        ColumnType::Date => ("date", "date_text"),
        ColumnType::TimestampWithTimeZone => ("timestamp with time zone", "timestamp_with_timezone_text"),
        ColumnType::Json => ("jsonb", "jsonb_text"),
        ColumnType::VarBinary(_) => ("bytea", "blob"),
        other => return format!("no type is agreed for {other:?}"),
    };
    if backend == DbBackend::Postgres {
        postgres.to_owned()
    } else {
        sqlite.to_owned()
    }
}

#[derive(FromQueryResult)]
struct ColumnRow {
    table_name: String,
    column_name: String,
    data_type: String,
    nullable: bool,
    in_primary_key: bool,
}

async fn columns_of_database(db: &DatabaseConnection) -> Result<Columns, DbErr> {
    let postgres =
        "SELECT c.table_name::text, c.column_name::text, c.data_type::text, c.is_nullable = 'YES' AS nullable,
            EXISTS (
                SELECT 1 FROM information_schema.key_column_usage k
                JOIN information_schema.table_constraints t USING (constraint_schema, constraint_name, table_name)
                WHERE t.constraint_type = 'PRIMARY KEY' AND k.constraint_schema = c.table_schema
                    AND k.table_name = c.table_name AND k.column_name = c.column_name
            ) AS in_primary_key
        FROM information_schema.columns c
        WHERE c.table_schema = current_schema() AND c.table_name <> 'seaql_migrations'";
    let sqlite = r#"SELECT t.name AS table_name, c.name AS column_name, lower(c.type) AS data_type,
            c."notnull" = 0 AS nullable, c.pk > 0 AS in_primary_key
        FROM sqlite_master t, pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'seaql_migrations'"#;
    let rows = ColumnRow::find_by_statement(by_backend(db, postgres, sqlite))
        .all(db)
        .await?;
    let shaped = rows.into_iter().map(|row| {
        let shape = Shape {
            data_type: row.data_type,
            nullable: row.nullable,
            in_primary_key: row.in_primary_key,
        };
        ((row.table_name, row.column_name), shape)
    });
    Ok(shaped.collect())
}

async fn schema_of_database(db: &DatabaseConnection) -> Result<(Columns, BTreeSet<String>), DbErr> {
    Ok((columns_of_database(db).await?, indexes_of_database(db).await?))
}

async fn indexes_of_database(db: &DatabaseConnection) -> Result<BTreeSet<String>, DbErr> {
    let postgres = "SELECT indexname::text AS name FROM pg_indexes
        WHERE schemaname = current_schema() AND tablename <> 'seaql_migrations'";
    let sqlite = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name <> 'seaql_migrations'";
    let rows = db.query_all_raw(by_backend(db, postgres, sqlite)).await?;
    rows.iter().map(|row| row.try_get("", "name")).collect()
}

fn by_backend(db: &DatabaseConnection, postgres: &str, sqlite: &str) -> Statement {
    let backend = db.get_database_backend();
    Statement::from_string(
        backend,
        if backend == DbBackend::Postgres {
            postgres
        } else {
            sqlite
        },
    )
}
