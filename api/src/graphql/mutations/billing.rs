//! Billing: settings, configurations and runs.

pub mod company;
pub mod configuration;
pub mod run;
pub mod settings;

use async_graphql::MergedObject;

use crate::failure::{Failure, UserError};

/// Mutations of billing.
#[derive(Debug, Default, MergedObject)]
pub struct BillingMutations(
    settings::SettingsMutations,
    company::CompanyMutations,
    configuration::ConfigurationMutations,
    run::RunMutations,
);

/// Reads every element of a list, or names every one that cannot be read.
fn each<T, U>(list: Vec<T>, read: impl Fn(usize, T) -> Result<U, Vec<UserError>>) -> Result<Vec<U>, Failure> {
    let mut errors = Vec::new();
    let mut values = Vec::with_capacity(list.len());
    for (index, element) in list.into_iter().enumerate() {
        match read(index, element) {
            Ok(value) => values.push(value),
            Err(wrong) => errors.extend(wrong),
        }
    }
    if errors.is_empty() {
        Ok(values)
    } else {
        Err(Failure::Refused(errors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_that_cannot_be_read_is_named() {
        let read = |index: usize, number: i32| {
            if number < 0 {
                Err(vec![UserError::not_found(&format!("list.{index}"), "number")])
            } else {
                Ok(number)
            }
        };
        let Err(Failure::Refused(errors)) = each(vec![-1, 2, -3], read) else {
            panic!("accepted")
        };
        let paths: Vec<String> = errors.iter().map(|error| error.field.join(".")).collect();
        assert_eq!(paths, ["list.0", "list.2"]);
        assert!(matches!(each(vec![1, 2], read), Ok(values) if values == [1, 2]));
    }
}
