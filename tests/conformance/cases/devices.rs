//! Devices, and their links to tickets.

use psa_connectors::{
    ErrorKind,
    record::{Device, WriteKey},
};

use crate::{
    bench::{Deed, On, Trouble},
    case::{Case, case},
    cases::tickets::{create, draft},
    world::{World, again},
};

pub(super) const CASES: &[Case] = &[
    case!("R-DEVICE-01", [Devices], found_by_its_identifier),
    case!("R-DEVICE-02", [Devices], devices_out_of_use),
    case!("R-DEVICE-03", [Devices, Tickets], linked_once),
    case!("R-DEVICE-04", [Devices, Tickets], calm a_lost_answer),
];

async fn found_by_its_identifier(world: &World) {
    let facts = world.facts();
    let find = async |company, identifier: &str| world.psa.find_devices(company, identifier).await.expect("devices");
    let (capitals, small) = (
        facts.devices().identifier.to_uppercase(),
        facts.devices().identifier.to_lowercase(),
    );
    assert_ne!(capitals, small, "the identifier has no letters");
    for identifier in [&facts.devices().identifier, &capitals, &small] {
        let found = find(&facts.company, identifier).await;
        let seen: Vec<_> = found.iter().map(|device| (&device.id, device.active)).collect();
        assert_eq!(seen, [(&facts.devices().device, true)], "{identifier}");
        let device: &Device = &found[0];
        assert_eq!(device.company.as_ref(), Some(&facts.company));
        assert!(!device.name.trim().is_empty());
        assert_eq!(
            device.identifier.as_ref().map(|known| known.to_lowercase()),
            Some(small.clone())
        );
    }
    assert_eq!(find(&facts.other_company, &facts.devices().identifier).await, []);
    let shorter: String = facts.devices().identifier.chars().skip(1).collect();
    let longer = format!("{}0", facts.devices().identifier);
    for similar in [
        shorter.as_str(),
        longer.as_str(),
        "*",
        "%",
        "nothing like it",
        "[x]' or \"y",
    ] {
        // An identifier that a PSA cannot be asked for may be refused, but never finds another device.
        match world.psa.find_devices(&facts.company, similar).await {
            Ok(found) => assert_eq!(found, [], "{similar}"),
            Err(error) => assert!(
                matches!(error.kind(), ErrorKind::Invalid { .. }),
                "{similar}: {error:?}"
            ),
        }
    }
}

async fn devices_out_of_use(world: &World) {
    let facts = world.facts();
    world.bench.act(Deed::RetireDevice(&facts.devices().device));
    let found = world
        .psa
        .find_devices(&facts.company, &facts.devices().identifier)
        .await
        .expect("devices");
    let seen: Vec<_> = found.iter().map(|device| (&device.id, device.active)).collect();
    assert_eq!(seen, [(&facts.devices().device, false)]);
}

async fn linked_once(world: &World) {
    let device = &world.facts().devices().device;
    let ticket = create(world, &draft(world.facts()), &WriteKey::new("PB:linked"))
        .await
        .id;
    for _ in 0..2 {
        again(async || world.psa.link_device(&ticket, device).await).await;
        assert_eq!(world.bench.links(&ticket), 1);
    }
}

async fn a_lost_answer(world: &World) {
    let device = &world.facts().devices().device;
    let ticket = create(world, &draft(world.facts()), &WriteKey::new("PB:link-lost"))
        .await
        .id;
    let before = world.writes();
    world.bench.arm(Trouble::ResetAfter, On::Write, 1);
    let error = world
        .psa
        .link_device(&ticket, device)
        .await
        .expect_err("the answer is lost");
    world.bench.calm();
    assert_eq!(error.kind(), &ErrorKind::Ambiguous, "{error:?}");
    assert_eq!((world.writes(), world.bench.links(&ticket)), (before + 1, 1));
    world.psa.link_device(&ticket, device).await.expect("it is there");
    assert_eq!((world.writes(), world.bench.links(&ticket)), (before + 1, 1));
}
