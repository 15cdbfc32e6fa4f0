//! Places in a list of mappings, which is made of groups that are each in name order, and the part of it that is wanted.

use sea_orm::{ColumnTrait, Condition, ExprTrait, IntoSimpleExpr, Order};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A place in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The rank of the group, from 0.
    pub group: u8,
    /// The name of the row that stands there.
    pub name: String,
    /// Its id, which tells rows of one name apart.
    pub id: Uuid,
}

/// Which part of the list is wanted.
#[derive(Debug, Clone)]
pub struct Part {
    /// Start beyond this place; without it at the end that the direction starts from.
    pub beyond: Option<Place>,
    /// Whether to go towards the beginning. The rows come in the list's order all the same.
    pub backwards: bool,
    /// How many rows.
    pub limit: u64,
}

impl Part {
    /// The groups that this part may have rows of, in the order in which it meets them.
    pub fn groups<G: Copy>(&self, groups: &[G], rank: impl Fn(G) -> u8) -> Vec<G> {
        let ahead = |group: &G| {
            self.beyond.as_ref().is_none_or(|place| {
                if self.backwards {
                    rank(*group) <= place.group
                } else {
                    rank(*group) >= place.group
                }
            })
        };
        let mut groups: Vec<_> = groups.iter().copied().filter(ahead).collect();
        if self.backwards {
            groups.reverse();
        }
        groups
    }

    /// The order in which a group is read.
    pub fn order(&self) -> Order {
        if self.backwards { Order::Desc } else { Order::Asc }
    }

    /// The rows of a group that this part may have: all of them, but in the group of the place only those beyond it.
    pub fn within(&self, rank: u8, name: impl ColumnTrait, id: impl ColumnTrait) -> Condition {
        let Some(place) = self.beyond.as_ref().filter(|place| place.group == rank) else {
            return Condition::all();
        };
        let past = |column: sea_orm::sea_query::SimpleExpr, value: sea_orm::Value| {
            if self.backwards {
                column.lt(value)
            } else {
                column.gt(value)
            }
        };
        let tie = Condition::all()
            .add(name.eq(place.name.as_str()))
            .add(past(id.into_simple_expr(), place.id.into()));
        let either = Condition::any()
            .add(past(name.into_simple_expr(), place.name.as_str().into()))
            .add(tie);
        // It follows from the rest, but only this lets an index begin at the place instead of at the end of the list.
        let from = if self.backwards {
            name.lte(place.name.as_str())
        } else {
            name.gte(place.name.as_str())
        };
        Condition::all().add(from).add(either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(group: Option<u8>, backwards: bool) -> Part {
        let place = |group| Place {
            group,
            name: "Acme".into(),
            id: Uuid::nil(),
        };
        Part {
            beyond: group.map(place),
            backwards,
            limit: 51,
        }
    }

    #[test]
    fn groups_behind_the_place_are_not_read_again() {
        let groups = |part: Part| part.groups(&[0, 1, 2], |group| group);
        assert_eq!(groups(part(None, false)), [0, 1, 2]);
        assert_eq!(groups(part(Some(1), false)), [1, 2]);
        assert_eq!(groups(part(None, true)), [2, 1, 0]);
        assert_eq!(groups(part(Some(1), true)), [1, 0]);
    }
}
