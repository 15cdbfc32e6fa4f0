//! Writes the lines of a run, agreement by agreement.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
    time::Duration,
};

use psa_connectors::{
    Error, ErrorKind, PsaConnector,
    record::{Addition, AdditionReceipt, AdditionTarget, AgreementId, Seen, WriteKey},
};
use psa_entities::{
    Problem,
    billing_line::Model,
    ids::{IntegrationId, PsaProductId},
};

use super::{
    decide::{Order, Situation, in_force},
    record,
};
use crate::{
    failure::{ErrorCode, Outcome, UserError},
    integrations::health,
    jobs::{JobContext, JobError},
};

/// After how many passing troubles the PSA is left alone until the next attempt.
const PATIENCE: u32 = 5;

/// Writes lines, and remembers why the job has to stop or to come back.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    cx: &'a JobContext,
    integration: IntegrationId,
    connector: Arc<dyn PsaConnector>,
    products: HashMap<PsaProductId, String>,
    total: Option<i64>,
    done: AtomicI64,
    troubles: AtomicU32,
    /// Why no further line is begun.
    stop: Mutex<Option<JobError>>,
    /// Why the job comes back, although it goes on now.
    again: Mutex<Option<(Problem, Option<Duration>)>>,
}

/// What agreements hold.
pub(super) type Holdings = BTreeMap<AgreementId, Vec<Addition>>;

/// A line that the PSA has accepted and that is not verified yet.
#[derive(Debug)]
pub(super) struct Accepted {
    agreement: AgreementId,
    line: Model,
    order: Order,
}

/// Whether the lines of an agreement go on.
enum Next {
    Go,
    Leave,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        cx: &'a JobContext,
        integration: IntegrationId,
        connector: Arc<dyn PsaConnector>,
        products: HashMap<PsaProductId, String>,
        lines: usize,
    ) -> Self {
        Self {
            cx,
            integration,
            connector,
            products,
            total: i64::try_from(lines).ok(),
            done: AtomicI64::new(0),
            troubles: AtomicU32::new(0),
            stop: Mutex::new(None),
            again: Mutex::new(None),
        }
    }

    /// What agreements hold now; `None` when that cannot be read, and then the job comes back or their lines have failed.
    pub(super) async fn read(&self, groups: &[(AgreementId, Vec<Model>)]) -> Result<Option<Holdings>, JobError> {
        let ids: Vec<AgreementId> = groups.iter().map(|(agreement, _)| agreement.clone()).collect();
        match self.connector.additions_of(&ids).await {
            Ok(held) => Ok(Some(held)),
            Err(error) => {
                let lines: Vec<Model> = groups.iter().flat_map(|(_, lines)| lines.clone()).collect();
                self.unreadable(&lines, &error).await?;
                Ok(None)
            }
        }
    }

    /// Writes the lines of one agreement, one after the other. Gives back those that the PSA has accepted.
    pub(super) async fn agreement(
        &self,
        agreement: AgreementId,
        lines: Vec<Model>,
        additions: Option<Vec<Addition>>,
    ) -> Vec<Accepted> {
        let mut accepted = Vec::new();
        let written = match additions {
            Some(additions) => self.lines(&agreement, lines, additions, &mut accepted).await,
            None => {
                let error = Error::new(ErrorKind::NotFound, "the agreement does not exist any more");
                self.unreadable(&lines, &error).await
            }
        };
        if let Err(error) = written {
            self.stop(error);
        }
        accepted
    }

    /// Reads the agreements of accepted lines again: what they say now is the proof.
    pub(super) async fn prove(&self, accepted: Vec<Accepted>) -> Result<(), JobError> {
        if accepted.is_empty() {
            return Ok(());
        }
        let mut ids: Vec<AgreementId> = accepted.iter().map(|line| line.agreement.clone()).collect();
        ids.dedup();
        let held = match self.connector.additions_of(&ids).await {
            Ok(held) => held,
            // What was accepted is looked at by the next attempt.
            Err(error) => {
                self.come_back(&error).await?;
                return Ok(());
            }
        };
        for Accepted { agreement, line, order } in accepted {
            let additions = held.get(&agreement).map_or(&[][..], Vec::as_slice);
            match order.situation(additions) {
                Situation::Met(found) => record::verified(&self.cx.app, self.cx.scope, &line, &found).await?,
                Situation::Due(_) => {
                    self.drifted(&line, &order, "the agreement does not show what was written", additions)
                        .await?;
                }
                Situation::Drifted(reason) => self.drifted(&line, &order, &reason, additions).await?,
            }
        }
        Ok(())
    }

    /// A line whose agreement or product is known here no more.
    pub(super) async fn orphaned(&self, line: &Model) -> Outcome<()> {
        let error = UserError::new(
            ErrorCode::NotFound,
            "The agreement or the PSA product of the line was removed here.",
        );
        let problem = error
            .with_remedy("Import again, then plan the month again.")
            .to_problem(self.cx.now());
        record::failed(&self.cx.app, self.cx.scope, line, problem).await
    }

    /// Why the job ends now, after every agreement was visited; `None` when nothing stands in its way.
    pub(super) fn outcome(self) -> Option<JobError> {
        let stop = self.stop.into_inner().unwrap_or_else(PoisonError::into_inner);
        let again = self.again.into_inner().unwrap_or_else(PoisonError::into_inner);
        match (stop, again) {
            // Whatever stops the job: the longest pause that any line asked for is kept.
            (Some(JobError::Retry { problem, after }), Some((_, longest))) => Some(JobError::Retry {
                problem,
                after: after.max(longest),
            }),
            (Some(stop), _) => Some(stop),
            (None, again) => again.map(|(problem, after)| JobError::Retry { problem, after }),
        }
    }

    async fn lines(
        &self,
        agreement: &AgreementId,
        lines: Vec<Model>,
        mut additions: Vec<Addition>,
        accepted: &mut Vec<Accepted>,
    ) -> Result<(), JobError> {
        for line in lines {
            if self.is_stopped() {
                return Ok(());
            }
            self.cx
                .progress("writing", self.done.fetch_add(1, Ordering::Relaxed), self.total)
                .await?;
            if let Next::Leave = self.line(agreement, line, &mut additions, accepted).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn line(
        &self,
        agreement: &AgreementId,
        line: Model,
        additions: &mut Vec<Addition>,
        accepted: &mut Vec<Accepted>,
    ) -> Result<Next, JobError> {
        let (app, scope) = (&self.cx.app, self.cx.scope);
        let product = line.psa_product_id.and_then(|id| self.products.get(&id));
        let Some(order) = product.and_then(|product| Order::of(&line, product)) else {
            self.orphaned(&line).await?;
            return Ok(Next::Go);
        };
        let addition = match order.situation(additions) {
            Situation::Met(found) => {
                record::verified(app, scope, &line, &found).await?;
                return Ok(Next::Go);
            }
            Situation::Drifted(reason) => {
                self.drifted(&line, &order, &reason, additions).await?;
                return Ok(Next::Go);
            }
            Situation::Due(addition) => addition,
        };
        let seen = addition
            .as_ref()
            .and_then(|id| additions.iter().find(|held| held.id == *id))
            .map_or(Seen::Nothing, |held| Seen::Addition(held.clone()));
        let target = AdditionTarget {
            agreement: agreement.clone(),
            product: order.product.clone(),
            addition,
            seen: Some(seen),
        };
        record::begun(app, scope, &line).await?;
        let receipt = match self.write(&line, &target, &order).await {
            Ok(receipt) => receipt,
            Err(error) if matches!(error.kind(), ErrorKind::Changed) => {
                return self.overtaken(agreement, &line, &order, additions).await;
            }
            Err(error) => return self.refused(&line, &error).await,
        };
        record::accepted(app, scope, &line, &receipt).await?;
        // What the next line of the agreement is compared with.
        additions.retain(|held| held.id != receipt.after.id);
        additions.push(receipt.after.clone());
        let receipt = Some(serde_json::to_value(&receipt)?);
        accepted.push(Accepted {
            agreement: agreement.clone(),
            line: Model { receipt, ..line },
            order,
        });
        Ok(Next::Go)
    }

    /// A line whose addition was changed between being read and being written.
    async fn overtaken(
        &self,
        agreement: &AgreementId,
        line: &Model,
        order: &Order,
        additions: &mut Vec<Addition>,
    ) -> Result<Next, JobError> {
        *additions = match self.connector.additions(agreement).await {
            Ok(additions) => additions,
            Err(error) => {
                let problem = self.come_back(&error).await?;
                record::postponed(&self.cx.app, self.cx.scope, line, problem).await?;
                return Ok(Next::Leave);
            }
        };
        match order.situation(additions) {
            Situation::Met(found) => record::verified(&self.cx.app, self.cx.scope, line, &found).await?,
            Situation::Drifted(reason) => self.drifted(line, order, &reason, additions).await?,
            Situation::Due(_) => {
                self.drifted(
                    line,
                    order,
                    "the addition was changed while the line was written",
                    additions,
                )
                .await?;
            }
        }
        Ok(Next::Go)
    }

    async fn write(
        &self,
        line: &Model,
        target: &AdditionTarget,
        order: &Order,
    ) -> psa_connectors::Result<AdditionReceipt> {
        let key = WriteKey::new(format!("PB:{}", line.id.uuid().simple()));
        if order.ends {
            self.connector.end_addition(target, order.effective, &key).await
        } else {
            self.connector
                .set_addition(target, &order.desired, order.effective, &key)
                .await
        }
    }

    async fn drifted(&self, line: &Model, order: &Order, reason: &str, additions: &[Addition]) -> Outcome<()> {
        let mut problem = UserError::new(
            ErrorCode::Drifted,
            "The agreement is not what the line was planned with.",
        )
        .with_remedy("Look at the agreement in the PSA, then plan the month again.")
        .to_problem(self.cx.now());
        problem.detail = Some(reason.to_owned());
        let found = in_force(additions, &order.product, order.effective);
        record::drifted(&self.cx.app, self.cx.scope, line, problem, &found).await
    }

    /// A write that the PSA did not confirm.
    async fn refused(&self, line: &Model, error: &Error) -> Result<Next, JobError> {
        let (app, scope) = (&self.cx.app, self.cx.scope);
        if matches!(error.kind(), ErrorKind::Ambiguous) {
            let problem = self.come_back(error).await?;
            record::uncertain(app, scope, line, problem).await?;
            return Ok(Next::Go);
        }
        if error.is_temporary() || matches!(error.kind(), ErrorKind::Unauthorized) {
            let problem = self.come_back(error).await?;
            record::postponed(app, scope, line, problem).await?;
            return Ok(Next::Leave);
        }
        let problem = health::report(app, scope, self.integration, error).await?.problem;
        record::failed(app, scope, line, problem).await?;
        Ok(Next::Go)
    }

    /// Lines whose agreement could not be read. Nothing was written.
    async fn unreadable(&self, lines: &[Model], error: &Error) -> Result<(), JobError> {
        if error.is_temporary() || matches!(error.kind(), ErrorKind::Unauthorized) {
            self.come_back(error).await?;
            return Ok(());
        }
        let problem = health::report(&self.cx.app, self.cx.scope, self.integration, error)
            .await?
            .problem;
        for line in lines {
            record::failed(&self.cx.app, self.cx.scope, line, problem.clone()).await?;
        }
        Ok(())
    }

    /// Notes that the job has to come back. Keys that are not accepted, and a PSA that fails again and again, stop it
    /// at once.
    async fn come_back(&self, error: &Error) -> Result<Problem, JobError> {
        let problem = health::report(&self.cx.app, self.cx.scope, self.integration, error)
            .await?
            .problem;
        let after = match error.kind() {
            // What was sent last may arrive late: it is looked for when it must be visible.
            ErrorKind::Ambiguous => error
                .retry_after()
                .max(self.cx.app.config.tickets.settle().to_std().ok()),
            _ => error.retry_after(),
        };
        let unauthorized = matches!(error.kind(), ErrorKind::Unauthorized);
        if unauthorized || self.troubles.fetch_add(1, Ordering::Relaxed) + 1 >= PATIENCE {
            self.stop(JobError::Retry {
                problem: problem.clone(),
                after,
            });
        }
        let mut again = self.again.lock().unwrap_or_else(PoisonError::into_inner);
        let earlier = again.take().and_then(|(_, earlier)| earlier);
        *again = Some((problem.clone(), earlier.max(after)));
        drop(again);
        Ok(problem)
    }

    fn stop(&self, error: JobError) {
        self.stop
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(error);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}
