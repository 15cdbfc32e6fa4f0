//! Tests of what an error means for a delivery.

use psa_connectors::Permanence;

use super::*;

fn note() -> Write {
    Write::Note(
        TicketId::new("7"),
        NoteDraft {
            text: String::new(),
            destination: psa_connectors::record::NoteDestination::Internal,
        },
    )
}

#[test]
fn the_table_of_verdicts() {
    let invalid = || ErrorKind::Invalid { fields: Vec::new() };
    for (kind, opening, following) in [
        (ErrorKind::Unauthorized, Verdict::LockedOut, Verdict::LockedOut),
        (ErrorKind::Forbidden { right: None }, Verdict::Refused, Verdict::Refused),
        (ErrorKind::NotFound, Verdict::Refused, Verdict::Gone),
        (invalid(), Verdict::Refused, Verdict::Refused),
        (ErrorKind::RateLimited, Verdict::NotSent, Verdict::NotSent),
        (ErrorKind::Ambiguous, Verdict::Uncertain, Verdict::Uncertain),
        (ErrorKind::PeriodClosed, Verdict::Refused, Verdict::Refused),
        (ErrorKind::Changed, Verdict::Refused, Verdict::Refused),
        (ErrorKind::Unavailable, Verdict::NotSent, Verdict::NotSent),
        (ErrorKind::Unsupported, Verdict::Refused, Verdict::Refused),
        (ErrorKind::Protocol, Verdict::Uncertain, Verdict::Uncertain),
    ] {
        let error = Error::new(kind.clone(), "test");
        assert_eq!(judge(&Write::Create, &error), opening, "{kind:?}");
        assert_eq!(judge(&note(), &error), following, "{kind:?}");
    }
    let passing = Error::new(invalid(), "test").with_permanence(Permanence::Temporary);
    assert_eq!(judge(&Write::Create, &passing), Verdict::NotSent);
}

#[test]
fn what_may_have_happened_is_never_permanent_nor_sent_blindly() {
    for permanence in [Permanence::Permanent, Permanence::Temporary] {
        let error = Error::new(ErrorKind::Ambiguous, "test").with_permanence(permanence);
        assert_eq!(judge(&Write::Create, &error), Verdict::Uncertain, "{permanence:?}");
    }
}

#[test]
fn the_psas_own_pause_counts_and_there_is_no_last_attempt() {
    let error = |pause| Error::new(ErrorKind::RateLimited, "test").with_retry_after(pause);
    assert_eq!(
        back_off(9, &error(Some(Duration::from_secs(17)))),
        TimeDelta::seconds(17)
    );
    assert_eq!(back_off(2, &error(None)), TimeDelta::seconds(5));
    assert_eq!(delay(i32::MAX), TimeDelta::hours(2));
    assert_eq!(delay(0), delay(1));
}

#[test]
fn only_a_psa_that_is_in_trouble_is_left_in_peace() {
    for (kind, health) in [
        (ErrorKind::Unavailable, Health::Ails),
        (ErrorKind::Ambiguous, Health::Ails),
        (ErrorKind::Protocol, Health::Ails),
        (ErrorKind::RateLimited, Health::AsksForPause(None)),
        (ErrorKind::NotFound, Health::Answers),
        (ErrorKind::Forbidden { right: None }, Health::Answers),
    ] {
        assert_eq!(health_in(&Error::new(kind.clone(), "test")), health, "{kind:?}");
    }
}
