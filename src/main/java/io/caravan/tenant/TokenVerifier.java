package io.caravan.tenant;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSKeySelector;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.util.DateUtils;
import java.net.URL;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.crypto.SecretKey;

/**
 * Verifies bearer tokens after RFC 8725: signed JWTs (RFC 7519) of one issuer, for one audience, of type {@code JWT} or {@code
 * at+jwt}, not expired nor made in the future, by the algorithms that go with the keys, whatever else their header says. Clocks may differ by 30
 * seconds. Thread-safe.
 */
public final class TokenVerifier {

    /** Of the secret's, HS256 wants as many bits as it makes (RFC 7518, section 3.2). */
    public static final int SHORTEST_SECRET = 32;

    private static final int LONGEST_TOKEN = 8_192;
    private static final int CLOCK_SKEW_SECONDS = 30;
    private static final String FROM_THE_FUTURE = "JWT issued in the future";
    private static final int KEYS_MILLIS = 5_000;
    private static final int LARGEST_KEYS = 512 * 1024;

    /**
     * What every token must say.
     *
     * @param issuer the claim {@code iss}
     * @param audience one of the claim {@code aud}
     * @param rolesClaim the name of the claim that holds the roles
     */
    public record Expected(String issuer, String audience, String rolesClaim) {

        /** What Caravan's own tokens say. */
        public static Expected own(String issuer, String audience) {
            return new Expected(issuer, audience, Claims.ROLES);
        }
    }

    private final Expected expected;
    private final Grants grants;
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    private TokenVerifier(Expected expected, Grants grants, JWSKeySelector<SecurityContext> keys) {
        this.expected = expected;
        this.grants = grants;
        DefaultJWTClaimsVerifier<SecurityContext> claims =
                new DefaultJWTClaimsVerifier<>(
                        expected.audience(),
                        new JWTClaimsSet.Builder().issuer(expected.issuer()).build(),
                        Set.of("sub", "exp")) {
                    @Override
                    public void verify(JWTClaimsSet token, SecurityContext context) throws BadJWTException {
                        super.verify(token, context);
                        requireMade(token);
                    }
                };
        claims.setMaxClockSkew(CLOCK_SKEW_SECONDS);
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt")));
        processor.setJWSKeySelector(keys);
        processor.setJWTClaimsSetVerifier(claims);
    }

    /**
     * Verifies HS256.
     *
     * @param grants what tokens of applications must still be given for
     * @param secrets of 32 bytes or more; asked for with every token, so they may change
     */
    public static TokenVerifier ofSecrets(Expected expected, Supplier<List<SecretKey>> secrets, Grants grants) {
        return new TokenVerifier(
                expected,
                grants,
                (header, context) ->
                        JWSAlgorithm.HS256.equals(header.getAlgorithm()) ? new ArrayList<>(secrets.get()) : List.of());
    }

    /**
     * Verifies RS256 and ES256 by an issuer's keys, which are kept for some minutes, fetched again when a token names one that is
     * not among them, and used on while the issuer does not answer.
     *
     * @param keys where the issuer publishes them (RFC 7517)
     */
    public static TokenVerifier ofIssuer(Expected expected, URL keys) {
        JWKSource<SecurityContext> source = JWKSourceBuilder.create(
                        keys, new DefaultResourceRetriever(KEYS_MILLIS, KEYS_MILLIS, LARGEST_KEYS))
                .retrying(true)
                .outageTolerantForever()
                .build();
        return new TokenVerifier(
                expected,
                null,
                new JWSVerificationKeySelector<>(Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256), source));
    }

    /**
     * Who a token was made for.
     *
     * @throws InvalidToken when it is not to be believed, or was taken back
     * @throws KeysUnavailable when nobody can tell, because the issuer's keys, or the registered applications, cannot be had
     */
    public Identity verify(String token) throws InvalidToken, KeysUnavailable {
        if (token.length() > LONGEST_TOKEN) {
            throw new InvalidToken("it is longer than " + LONGEST_TOKEN + " characters");
        }
        try {
            JWTClaimsSet claims = processor.process(parse(token), null);
            Identity identity = Claims.identity(claims, expected.rolesClaim());
            Optional<Grant> grant = grants == null ? Optional.empty() : Claims.grant(claims);
            if (grant.isPresent() && !grants.isGood(identity, grant.get())) {
                throw new InvalidToken("the application is gone, or has another key or other device types");
            }
            return identity;
        } catch (ParseException e) {
            throw new InvalidToken("it is no signed JWT");
        } catch (KeySourceException e) {
            throw new KeysUnavailable("The keys of the issuer of tokens cannot be had", e);
        } catch (BadJOSEException | JOSEException e) {
            throw new InvalidToken(reason(e));
        }
    }

    /** One that says it will be made is made up: nobody knows yet how long it is good (RFC 7519, section 4.1.6). */
    private static void requireMade(JWTClaimsSet token) throws BadJWTException {
        Date made = token.getIssueTime();
        if (made != null && !DateUtils.isBefore(made, new Date(), CLOCK_SKEW_SECONDS)) {
            throw new BadJWTException(FROM_THE_FUTURE);
        }
    }

    /** Nimbus takes an empty list of extensions for none, which RFC 7515, section 4.1.11, forbids. */
    private static SignedJWT parse(String token) throws ParseException, InvalidToken {
        SignedJWT parsed = SignedJWT.parse(token);
        if (parsed.getHeader().getCriticalParams() != null) {
            throw new InvalidToken("it has extensions (crit), and there are none");
        }
        return parsed;
    }

    /** Nimbus names expected values in some of its messages, and what a token holds in others; we name neither. */
    private static String reason(Exception e) {
        String text = e.getMessage() == null ? "" : e.getMessage();
        for (String known : List.of(
                "Expired JWT",
                "JWT before use time",
                "JWT audience rejected",
                "JWT missing required",
                FROM_THE_FUTURE)) {
            if (text.startsWith(known)) {
                return known;
            }
        }
        return text.startsWith("JWT iss claim") ? "JWT issuer rejected" : "it is not signed, or typed, as ours are";
    }
}
