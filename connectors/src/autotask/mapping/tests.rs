//! Ids, statuses and flags.

use serde_json::json;

use super::*;

fn values(values: &[(&str, bool)]) -> Vec<PickValue> {
    let value =
        |(value, is_default): &(&str, bool)| json!({ "value": value, "label": value, "isDefaultValue": is_default });
    let values: Vec<_> = values.iter().map(value).collect();
    serde_json::from_value(json!(values)).expect("values")
}

#[test]
fn ids_tell_what_they_stand_for() {
    for id in ["service:12", "product:12"] {
        assert_eq!(Sold::of(&ProductId::new(id)).expect(id).id().as_str(), id);
    }
    for id in ["service:12", "charge:0"] {
        assert_eq!(Line::of(&AdditionId::new(id)).expect(id).id().as_str(), id);
    }
    for odd in [
        "",
        "12",
        "service:",
        "service:-1",
        "service:1 or 1=1",
        "bundle:1",
        "service:01",
    ] {
        assert!(
            Sold::of(&ProductId::new(odd)).is_err() && Line::of(&AdditionId::new(odd)).is_err(),
            "{odd}"
        );
    }
    assert_eq!(number("company", "0").expect("the MSP itself"), 0);
}

#[test]
fn one_status_is_the_default() {
    assert_eq!(
        default_status(&values(&[("8", false), ("1", false), ("5", false)])),
        Some(1)
    );
    assert_eq!(default_status(&values(&[("8", true), ("1", false)])), Some(8));
    assert_eq!(default_status(&values(&[("8", false)])), Some(8));
    assert_eq!(default_status(&[]), None);
    let boards = boards(values(&[("30", false)]), &values(&[("1", true), ("5", false)]));
    let seen: Vec<_> = boards[0]
        .statuses
        .iter()
        .map(|status| (status.closed, status.default))
        .collect();
    assert_eq!(seen, [(false, true), (true, false)]);
}

#[test]
fn a_flag_is_a_number_or_a_flag() {
    for (flag, expected) in [
        (json!(1), true),
        (json!(0), false),
        (json!(true), true),
        (json!(false), false),
    ] {
        assert_eq!(is_set(Some(&flag)), expected, "{flag}");
    }
    assert!(is_set(None));
}

#[test]
fn a_contract_has_the_status_of_its_dates() {
    let today: NaiveDate = "2026-03-10".parse().expect("a day");
    let fields: Fields = serde_json::from_value(json!({ "fields": [] })).expect("fields");
    let cases = [
        (json!({ "status": 1 }), AgreementStatus::Active),
        (json!({ "status": 0 }), AgreementStatus::Cancelled),
        (
            json!({ "status": 1, "endDate": "2026-03-09T00:00:00Z" }),
            AgreementStatus::Expired,
        ),
        (
            json!({ "status": 1, "endDate": "2026-03-10T00:00:00Z" }),
            AgreementStatus::Active,
        ),
        (
            json!({ "status": 1, "startDate": "2026-03-11T00:00:00Z" }),
            AgreementStatus::Inactive,
        ),
    ];
    for (mut members, expected) in cases {
        let whole = json!({ "id": 1, "companyID": 0, "contractName": "x" });
        members
            .as_object_mut()
            .expect("members")
            .extend(whole.as_object().expect("members").clone());
        let contract = serde_json::from_value(members.clone()).expect("a contract");
        assert_eq!(agreement(contract, &fields, today).status, expected, "{members}");
    }
}
