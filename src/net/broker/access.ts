/** Who may connect and who may do what: what the broker asks. Rules and users are behind it. */
import type { DenyThen } from '../../profile/model.ts';

/** A Client, as rules name it. */
export interface ClientIdentity {
  readonly clientId: string;
  /** Of CONNECT, or what the Authentication Method made sure of. */
  readonly username: string | undefined;
}

/** Asked before anything is done. `undefined` allows it. */
export interface Authorizer {
  mayPublish(who: ClientIdentity, topic: string): DenyThen | undefined;
  /** Of a Shared Subscription the Topic Filter behind the ShareName. */
  maySubscribe(who: ClientIdentity, topicFilter: string): DenyThen | undefined;
  /** Asked when a CONNECT comes: what the Client could not be told later it is told now. */
  mayWill(who: ClientIdentity, topic: string): DenyThen | undefined;
}

export interface Authenticator {
  /** Of a CONNECT without Authentication Method. */
  mayConnect(userName: string | undefined, password: Uint8Array | undefined): boolean;
  /** Begins an exchange (v5 4.12); undefined when the method is not known: Bad authentication method, 0x8C. */
  begin(method: string): AuthExchange | undefined;
}

/** One exchange of AUTH packets. `next` gets the Authentication Data of CONNECT or AUTH, and answers what to do. */
export interface AuthExchange {
  next(data: Uint8Array | undefined): AuthStep | Promise<AuthStep>;
}

export type AuthStep =
  /** AUTH with Continue authentication. */
  | { readonly kind: 'continue'; readonly data?: Uint8Array | undefined }
  /** CONNACK, or AUTH with Success, with the last data. */
  | { readonly kind: 'success'; readonly data?: Uint8Array | undefined; readonly username: string }
  /** CONNACK or DISCONNECT with this Reason Code, then the end. */
  | { readonly kind: 'refused'; readonly reasonCode: number };
