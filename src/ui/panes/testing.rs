//! Made-up runs and answers for the panes' tests.
