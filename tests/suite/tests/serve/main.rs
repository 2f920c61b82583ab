//! `ocigraph serve`: other clients and ocigraph use the registry, the layouts are whole after a kill and
//! beside other writers, and the memory does not grow with the content.

mod access;
mod archives;
mod clients;
mod command;
mod imitations;
mod operations;
mod served;
mod stress;
