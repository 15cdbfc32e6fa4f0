//! Reading lists page by page.

use chrono::TimeDelta;
use psa_connectors::{Capability, ReadQuery, record::CompanyId};

use crate::{
    bench::Deed,
    case::{Case, case},
    world::{World, pages, walk},
};

pub(super) const CASES: &[Case] = &[
    case!("R-LIST-01", [], a_walk_ends),
    case!("R-LIST-02", [Companies, IncrementalRead], nothing_is_one_empty_page),
    case!("R-LIST-03", [Companies], the_page_size_is_a_limit),
    case!("R-LIST-04", [Companies, IncrementalRead], since_is_inclusive),
    case!("R-LIST-10", [Companies, IncrementalRead, RecycleBin], the_recycle_bin),
    case!("R-LIST-11", [Contacts], inactive_contacts),
    case!("R-LIST-12", [Products], inactive_products),
    case!("R-LIST-13", [Companies], stable_under_change),
    case!("R-LIST-14", [Products], products_that_cannot_be_billed),
    case!("R-LIST-15", [Companies], texts_are_kept),
    case!("R-LIST-17", [Companies, IncrementalRead], changes_have_an_instant),
];

fn by(page_size: u16) -> ReadQuery {
    ReadQuery {
        page_size: Some(page_size),
        ..ReadQuery::all()
    }
}

async fn a_walk_ends(world: &World) {
    let capabilities = world.descriptor().capabilities;
    let psa = &world.psa;
    for (list, capability) in [
        ("companies", Capability::Companies),
        ("contacts", Capability::Contacts),
        ("products", Capability::Products),
        ("agreements", Capability::Agreements),
    ] {
        if !capabilities.has(capability) {
            continue;
        }
        let ids = async |query: ReadQuery| match capability {
            Capability::Companies => ids(walk(&query, async |query| psa.companies(&query).await).await, |it| {
                it.id.to_string()
            }),
            Capability::Contacts => ids(walk(&query, async |query| psa.contacts(&query).await).await, |it| {
                it.id.to_string()
            }),
            Capability::Products => ids(walk(&query, async |query| psa.products(&query).await).await, |it| {
                it.id.to_string()
            }),
            _ => ids(walk(&query, async |query| psa.agreements(&query).await).await, |it| {
                it.id.to_string()
            }),
        };
        let whole = ids(ReadQuery::all()).await;
        assert!(whole.len() > 4, "{list} has too few records to be divided: {whole:?}");
        let mut unique = whole.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), whole.len(), "{list} has a record twice");
        for size in [3, 4, u16::try_from(whole.len()).expect("a short list")] {
            assert_eq!(ids(by(size)).await, whole, "{list} by {size}");
        }
    }
}

fn ids<T>(records: Vec<T>, id: impl Fn(&T) -> String) -> Vec<String> {
    records.iter().map(id).collect()
}

async fn nothing_is_one_empty_page(world: &World) {
    let later = world.bench.now() + TimeDelta::days(1);
    let page = world
        .psa
        .companies(&ReadQuery::all().since(Some(later)))
        .await
        .expect("a page");
    assert_eq!((page.records, page.next), (Vec::new(), None));
}

async fn the_page_size_is_a_limit(world: &World) {
    let whole = walk(&ReadQuery::all(), async |query| world.psa.companies(&query).await).await;
    for size in [1, 5, u16::MAX] {
        let pages = pages(&by(size), async |query| world.psa.companies(&query).await).await;
        assert!(
            pages.iter().all(|page| page.len() <= usize::from(size)),
            "a page exceeds {size}"
        );
        let records: Vec<_> = pages.into_iter().flatten().collect();
        assert_eq!(records, whole, "by {size}");
    }
}

async fn since_is_inclusive(world: &World) {
    let facts = world.facts();
    world.bench.pass(TimeDelta::seconds(10));
    world.bench.act(Deed::RenameCompany(&facts.company, "Changed before"));
    world.bench.pass(TimeDelta::seconds(1));
    let instant = world.bench.now();
    world
        .bench
        .act(Deed::RenameCompany(&facts.other_company, "Changed now"));
    let changed = async |since| {
        let query = ReadQuery::all().since(Some(since));
        let records = walk(&query, async |query| world.psa.companies(&query).await).await;
        ids(records, |company| company.id.to_string())
    };
    let (before, now) = (facts.company.to_string(), facts.other_company.to_string());
    assert_eq!(changed(instant).await, std::slice::from_ref(&now));
    assert_eq!(changed(instant - TimeDelta::seconds(1)).await, [before, now]);
    assert_eq!(changed(instant + TimeDelta::seconds(1)).await, Vec::<String>::new());
}

async fn the_recycle_bin(world: &World) {
    let deleted = &world.facts().company;
    world.bench.pass(TimeDelta::seconds(10));
    let instant = world.bench.now();
    world.bench.act(Deed::BinCompany(deleted));
    let all = walk(&ReadQuery::all(), async |query| world.psa.companies(&query).await).await;
    assert!(!all.is_empty() && all.iter().all(|company| company.id != *deleted && !company.deleted));
    let query = ReadQuery::all().since(Some(instant));
    let changed = walk(&query, async |query| world.psa.companies(&query).await).await;
    let seen: Vec<_> = changed.iter().map(|company| (&company.id, company.deleted)).collect();
    assert_eq!(seen, [(deleted, true)]);
}

async fn inactive_contacts(world: &World) {
    let retired = world.facts().contact();
    let contacts = async || walk(&ReadQuery::all(), async |query| world.psa.contacts(&query).await).await;
    let before = contacts().await;
    world.bench.act(Deed::RetireContact(retired));
    let after = contacts().await;
    assert_eq!(after.len(), before.len());
    let active = |contacts: &[psa_connectors::record::Contact]| {
        contacts
            .iter()
            .find(|contact| contact.id == *retired)
            .map(|contact| contact.active)
    };
    assert_eq!((active(&before), active(&after)), (Some(true), Some(false)));
}

async fn inactive_products(world: &World) {
    let retired = &world.facts().products().product;
    let products = async || walk(&ReadQuery::all(), async |query| world.psa.products(&query).await).await;
    let before = products().await;
    world.bench.act(Deed::RetireProduct(retired));
    let after = products().await;
    assert_eq!(after.len(), before.len());
    let active = |products: &[psa_connectors::record::Product]| {
        products
            .iter()
            .find(|product| product.id == *retired)
            .map(|product| product.active)
    };
    assert_eq!((active(&before), active(&after)), (Some(true), Some(false)));
}

async fn stable_under_change(world: &World) {
    let query = by(3);
    let before = walk(&ReadQuery::all(), async |query| world.psa.companies(&query).await).await;
    let (mut seen, mut after, mut turn) = (Vec::<CompanyId>::new(), None, 0);
    loop {
        let page = world.psa.companies(&query.clone().after(after)).await.expect("a page");
        seen.extend(page.records.into_iter().map(|company| company.id));
        // Between two pages one record comes, one that was read is changed, and one that was read goes.
        world.bench.act(Deed::AddCompany(&format!("Newcomer {turn}")));
        world
            .bench
            .act(Deed::RenameCompany(&before[1].id, &format!("Renamed {turn}")));
        world.bench.act(Deed::BinCompany(&before[0].id));
        turn += 1;
        assert!(turn <= 100, "the list does not end");
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    for company in &before {
        let times = seen.iter().filter(|id| **id == company.id).count();
        assert_eq!(times, 1, "{} was read {times} times", company.id);
    }
    let mut unique = seen.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), seen.len(), "a newcomer was read twice");
}

async fn products_that_cannot_be_billed(world: &World) {
    let facts = world.facts();
    let products = walk(&ReadQuery::all(), async |query| world.psa.products(&query).await).await;
    let unbillable: Vec<_> = products
        .iter()
        .filter(|product| !product.billable)
        .map(|product| &product.id)
        .collect();
    assert_eq!(unbillable, facts.products().unbillable.iter().collect::<Vec<_>>());
    assert!(products.iter().any(|product| product.id == facts.products().product));
}

/// Names that tempt a query language, a markup or an encoding.
const ODD_NAMES: [&str; 6] = [
    "O'Neil & \"Sons\" <b>GmbH</b>",
    "[x] *%_ {id} ?a=b&c=d #1",
    "Žluťoučký kůň 株式会社 مرحبا",
    "👩‍💻 e\u{301} \u{202e}abc",
    "a\\b\tc/../d",
    "null",
];

async fn texts_are_kept(world: &World) {
    let company = &world.facts().company;
    for name in ODD_NAMES {
        world.bench.act(Deed::RenameCompany(company, name));
        let companies = walk(&ReadQuery::all(), async |query| world.psa.companies(&query).await).await;
        let found = companies.iter().find(|known| known.id == *company);
        assert_eq!(found.map(|known| known.name.as_str()), Some(name));
    }
}

async fn changes_have_an_instant(world: &World) {
    let company = &world.facts().company;
    world.bench.pass(TimeDelta::seconds(10));
    let instant = world.bench.now();
    world.bench.act(Deed::RenameCompany(company, "Changed now"));
    let query = ReadQuery::all().since(Some(instant));
    let changed = walk(&query, async |query| world.psa.companies(&query).await).await;
    let seen: Vec<_> = changed.iter().map(|known| (&known.id, known.changed_at)).collect();
    assert_eq!(seen, [(company, Some(instant))]);
}
