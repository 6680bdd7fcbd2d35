/** A text that prints as `[secret]` everywhere; `expose()` is the one way out, and greppable. */
export declare class Secret {
    #private;
    constructor(text: string);
    expose(): string;
    toString(): string;
    toJSON(): string;
}
export declare const secret: (text: string) => Secret;
