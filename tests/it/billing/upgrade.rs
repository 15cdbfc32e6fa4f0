//! A database of the version before: what was configured there is billed the same after the upgrade.

use psa_migration::{Migrator, MigratorTrait};
use psa_tests::{Bridge, Options, on_each_database};
use sea_orm::Database;
use serde_json::{Value, json};

use super::scene::{Scene, lines};

/// What a line comes to.
fn shape(run: &Value) -> Vec<Value> {
    let line = |line: &Value| {
        json!([
            line["company"],
            line["product"],
            line["psaProduct"],
            line["action"],
            line["measured"],
            line["billed"],
            line["unitPrice"],
            line["amount"],
            line["delta"],
            line["description"],
            line["effectiveDate"],
        ])
    };
    lines(run).iter().map(line).collect()
}

#[tokio::test]
async fn what_was_configured_before_is_billed_the_same() {
    on_each_database(|database| async move {
        let customers: [super::scene::Customer<'_>; 2] = [
            ("ContosoDental", &[("Server", 2), ("Desktop", 5)]),
            ("Fabrikam", &[("VM Server", 3)]),
        ];
        let scene = Scene::active(&database, &customers).await;
        let before = shape(&scene.plan().await);
        let Scene {
            bridge,
            integration,
            companies,
            month,
            ..
        } = scene;
        let simulator = bridge.stop().await;
        // Every migration since the last release that knew billing by configuration alone.
        let db = Database::connect(&database.url).await.expect("the database is there");
        let added = Migrator::migrations()
            .iter()
            .rev()
            .take_while(|migration| migration.name() != "m0012_imports")
            .count();
        let steps = u32::try_from(added).expect("few migrations");
        Migrator::down(&db, Some(steps)).await.expect("it goes back");
        db.close().await.expect("it closes");

        let bridge = Bridge::start_beside(&database, simulator, Options::default()).await;
        let scene = Scene {
            client: bridge.admin(),
            bridge,
            integration,
            companies,
            month,
        };
        let run = scene.plan().await;
        assert_eq!(shape(&run), before);
        assert_eq!(scene.apply(&run).await["state"], "APPLIED");
        scene.assert_settled().await;
        scene.bridge.stop().await;
    })
    .await;
}
