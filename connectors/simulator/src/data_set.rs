//! How much data a site holds.

/// How much data the site holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DataSet {
    /// 12 companies, 30 contacts, 15 agreements or contracts, and what they need.
    Small,
    /// 2,000 companies, 5,000 contacts, 500 products, 1,200 agreements or contracts with their lines.
    Msp,
}
