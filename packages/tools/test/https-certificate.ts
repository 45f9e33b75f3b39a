/** For https servers in tests: vouches for itself, for the names secure.test and other.test, for a hundred years. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBpjCCAUygAwIBAgIUOWSlC7bOks88cEx9tq1P0F6NTcIwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMeC10b29scyB0ZXN0MCAXDTI2MTEyMjAzMzA1MloYDzIxMjYx
MDI5MDMzMDUyWjAXMRUwEwYDVQQDDAx4LXRvb2xzIHRlc3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAQjMLG0lTJzi25k2oEb1JaipurkdzxgrXWjFsLVFhvUzj2O
2tpNNynHnCUKLVtko1RBcBlUGFfBkAa0eHXR3CvGo3QwcjAdBgNVHQ4EFgQUna1D
yvGvKJkD8bkDOXGG76C96X0wHwYDVR0jBBgwFoAUna1DyvGvKJkD8bkDOXGG76C9
6X0wIgYDVR0RBBswGYILc2VjdXJlLnRlc3SCCm90aGVyLnRlc3QwDAYDVR0TAQH/
BAIwADAKBggqhkjOPQQDAgNIADBFAiBHby2HKztD1wv23vUYfs1QEffugR0LMkj/
oTtKvaxqNgIhAOfAcRrKmVxCHX0E4rl3ecuLpRU6x0aDpCV5AKX+oPCd
-----END CERTIFICATE-----
`

/** Guards nothing but the tests. */
export const certificateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4QAWSufeGhjEGLFV
SVK2sYhO/E4YOQgwhJe7mKHwGUqhRANCAAQjMLG0lTJzi25k2oEb1Jaipurkdzxg
rXWjFsLVFhvUzj2O2tpNNynHnCUKLVtko1RBcBlUGFfBkAa0eHXR3CvG
-----END PRIVATE KEY-----
`
