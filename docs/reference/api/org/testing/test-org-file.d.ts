/** The org file of a test org: what the test says, and one app, one user and trusted loopback where it says nothing. */
/** Objects of the org file as plain data; a secret is a plain text. */
export type PlainObjects = {
    readonly organization?: Readonly<Record<string, unknown>>;
    readonly users?: readonly Readonly<Record<string, unknown>>[];
    readonly apps?: readonly Readonly<Record<string, unknown>>[];
};
export declare const testUser: {
    readonly username: 'admin@test.example';
    readonly password: 'a long test password';
};
export declare const testClient: {
    readonly name: 'Test_App';
    readonly consumerKey: '3MVG9test';
    readonly consumerSecret: 'test-consumer-secret-0123456789';
    readonly callbackUrl: 'http://localhost:1717/OauthRedirect';
};
/** The text of an org file; JSON is YAML, and the file's own reader finds what is wrong with it. */
export declare function testOrgFile({ organization, users, apps }: PlainObjects): string;
