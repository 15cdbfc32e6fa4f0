//! The catalogue: services and then products, as one list.

use super::{
    call::List,
    client::Client,
    mapping::{self, number},
    pages::page_size,
    query::Conditions,
    rights,
};
use crate::{
    error::{Error, Result},
    query::{Cursor, Page, ReadQuery},
    record::Product,
};

const OPERATION: &str = "products";

/// Where the list goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// After a service; `None` is the beginning.
    Services(Option<i64>),
    /// After a product; `None` is the first product.
    Products(Option<i64>),
}

/// Reads a page. Products have no date of their last change, so a read of changes gives all of them.
pub(super) async fn products(client: &Client, query: &ReadQuery) -> Result<Page<Product>> {
    let size = page_size(query);
    let mut records = Vec::new();
    let mut place = Place::of(query.after.as_ref())?;
    if let Place::Services(after) = place {
        let conditions = Conditions::none().changed_since("lastModifiedDate", query.since);
        let list = List::new(OPERATION, rights::PRODUCTS, "Services", conditions);
        let part = client.part(&list, after, size).await?;
        records.extend(part.records.into_iter().map(mapping::service));
        if let Some(next) = part.next {
            return Ok(page(records, Some(Place::Services(Some(next)))));
        }
        place = Place::Products(None);
    }
    let taken = u16::try_from(records.len()).unwrap_or(size);
    let room = size.saturating_sub(taken);
    let Place::Products(after) = place else {
        return Ok(page(records, Some(place)));
    };
    if room == 0 {
        return Ok(page(records, Some(place)));
    }
    let list = List::new(OPERATION, rights::PRODUCTS, "Products", Conditions::none());
    let part = client.part(&list, after, room).await?;
    records.extend(part.records.into_iter().map(mapping::product));
    Ok(page(records, part.next.map(|next| Place::Products(Some(next)))))
}

fn page(records: Vec<Product>, next: Option<Place>) -> Page<Product> {
    Page {
        records,
        next: next.map(Place::cursor),
        total: None,
    }
}

impl Place {
    fn of(cursor: Option<&Cursor>) -> Result<Self> {
        let Some(Cursor(text)) = cursor else {
            return Ok(Self::Services(None));
        };
        match text.split_once(':') {
            Some(("service", id)) => Ok(Self::Services(Some(number("cursor", id)?))),
            Some(("product", "")) => Ok(Self::Products(None)),
            Some(("product", id)) => Ok(Self::Products(Some(number("cursor", id)?))),
            _ => Err(Error::invalid("cursor", "the cursor is not one of this list")),
        }
    }

    fn cursor(self) -> Cursor {
        Cursor(match self {
            Self::Services(after) => format!("service:{}", after.unwrap_or_default()),
            Self::Products(None) => "product:".to_owned(),
            Self::Products(Some(after)) => format!("product:{after}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_can_be_stored() {
        for place in [
            Place::Services(Some(7)),
            Place::Products(None),
            Place::Products(Some(0)),
        ] {
            assert_eq!(Place::of(Some(&place.cursor())).expect("a place"), place);
        }
        assert_eq!(Place::of(None).expect("the beginning"), Place::Services(None));
        for foreign in ["7", "service:", "bundle:1", "☃", "product:x"] {
            assert!(Place::of(Some(&Cursor(foreign.to_owned()))).is_err(), "{foreign}");
        }
    }

    #[tokio::test]
    async fn services_come_before_products_within_one_page() {
        let services = r#"{"items":[{"id":1,"name":"S","unitPrice":2}],"pageDetails":{"nextPageUrl":null}}"#;
        let products = r#"{"items":[{"id":1,"name":"P"}],"pageDetails":{"nextPageUrl":"https://h/next"}}"#;
        let (client, server) = Client::testing(&[(200, services), (200, products)]);
        let query = ReadQuery {
            page_size: Some(2),
            ..ReadQuery::all()
        };
        let page = products_of(&client, &query).await;
        assert_eq!(
            page,
            (
                vec!["service:1".to_owned(), "product:1".to_owned()],
                Some("product:1".to_owned())
            )
        );
        let sizes: Vec<_> = server
            .requests()
            .iter()
            .skip(1)
            .filter_map(|sent| sent.body.clone())
            .collect();
        assert_eq!(
            (&sizes[0]["MaxRecords"], &sizes[1]["MaxRecords"]),
            (&2.into(), &1.into())
        );
    }

    async fn products_of(client: &Client, query: &ReadQuery) -> (Vec<String>, Option<String>) {
        let page = products(client, query).await.expect("a page");
        let ids = page.records.iter().map(|product| product.id.to_string()).collect();
        (ids, page.next.map(|Cursor(next)| next))
    }
}
