package io.caravan.tenant;

import com.nimbusds.jwt.JWTClaimsSet;
import java.text.ParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How an {@link Identity} is written into a token (RFC 7519), and read from one. Stateless. */
final class Claims {

    static final String TENANT = "tenant_id";
    static final String ROLES = "roles";
    static final String DEVICE_TYPES = "device_types";

    /** Of a token that an application got for its key: which key, and when it had it. */
    static final String KEY = "key";

    static final String AS_OF = "as_of";

    private static final int LONGEST_SUBJECT = 200;

    private Claims() {}

    static JWTClaimsSet.Builder of(Identity identity) {
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .subject(identity.subject())
                .claim(ROLES, List.of(identity.role().label()));
        if (identity.tenant() != null) {
            claims.claim(TENANT, identity.tenant());
        }
        if (identity.role() == Role.APP) {
            claims.claim(DEVICE_TYPES, identity.deviceTypes().stream().sorted().toList());
        }
        return claims;
    }

    static JWTClaimsSet.Builder of(Identity application, Grant grant) {
        return of(application).claim(KEY, grant.key()).claim(AS_OF, grant.asOf());
    }

    /**
     * What the token of an application was given for; empty for tokens that were given for no key.
     *
     * @throws InvalidToken when the claims are of another type
     */
    static Optional<Grant> grant(JWTClaimsSet claims) throws InvalidToken {
        try {
            String key = claims.getStringClaim(KEY);
            Long asOf = claims.getLongClaim(AS_OF);
            return key == null || asOf == null ? Optional.empty() : Optional.of(new Grant(key, asOf));
        } catch (ParseException e) {
            throw new InvalidToken("a claim is of another type");
        }
    }

    /**
     * Reads the claims of a token whose signature is good.
     *
     * @param rolesClaim the name of the claim with the roles, of which the first counts that is ours
     * @throws InvalidToken when they make no identity
     */
    static Identity identity(JWTClaimsSet claims, String rolesClaim) throws InvalidToken {
        try {
            Role role = role(claims, rolesClaim).orElseThrow(() -> new InvalidToken("it has no role of Caravan"));
            String tenant = claims.getStringClaim(TENANT);
            if (tenant == null ? role != Role.ADMIN : !Identity.isTenant(tenant)) {
                throw new InvalidToken("its claim " + TENANT + " names no tenant");
            }
            List<String> types = role == Role.APP ? claims.getStringListClaim(DEVICE_TYPES) : List.of();
            if (types == null
                    || role == Role.APP && types.isEmpty()
                    || types.stream().anyMatch(Claims::isNoType)) {
                throw new InvalidToken("its claim " + DEVICE_TYPES + " names no device types");
            }
            String subject = claims.getSubject();
            if (subject.isBlank()
                    || subject.length() > LONGEST_SUBJECT
                    || subject.chars().anyMatch(Character::isISOControl)) {
                throw new InvalidToken("its subject is empty, too long, or has control characters");
            }
            return new Identity(tenant, role, subject, Set.copyOf(types));
        } catch (ParseException e) {
            throw new InvalidToken("a claim is of another type");
        }
    }

    private static Optional<Role> role(JWTClaimsSet claims, String name) throws ParseException {
        Object roles = claims.getClaim(name);
        List<String> named = roles instanceof String one ? List.of(one) : claims.getStringListClaim(name);
        return (named == null ? List.<String>of() : named)
                .stream().map(Role::of).flatMap(Optional::stream).sorted().findFirst();
    }

    private static boolean isNoType(String type) {
        return type == null || type.isEmpty() || type.chars().anyMatch(Character::isISOControl);
    }
}
