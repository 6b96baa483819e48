"""The outcome report as it may be published: small numbers kept back, in the shape of DfE data."""
