package io.caravan.embedded;

import io.caravan.tenant.Credentials;
import io.caravan.tenant.MqttUser;
import io.caravan.tenant.MqttUsers;
import io.caravan.tenant.TopicRights;
import java.security.Principal;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.Subject;
import org.apache.activemq.artemis.api.core.ActiveMQSecurityException;
import org.apache.activemq.artemis.core.config.WildcardConfiguration;
import org.apache.activemq.artemis.core.protocol.mqtt.MQTTUtil;
import org.apache.activemq.artemis.core.security.CheckType;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;
import org.apache.activemq.artemis.spi.core.security.ActiveMQSecurityManager5;
import org.apache.activemq.artemis.spi.core.security.jaas.UserPrincipal;
import org.apache.activemq.artemis.utils.CompositeAddress;

/**
 * Lets clients in and says what they may do, by what is known of them now: the broker must not remember its answers. Topics are
 * asked about as addresses of the broker; they are translated back as for subscribers, so that rights hold for what these see.
 *
 * <p>Sessions belong to their user: what a client calls itself is prefixed with the user's name, so that nobody can take over, or
 * push out, a session of somebody else by its client id. Thread-safe.
 */
final class MqttSecurity implements ActiveMQSecurityManager5 {

    private static final WildcardConfiguration ADDRESSES = new WildcardConfiguration();

    private final String serviceName;
    private final byte[] serviceSha256;
    private final MqttUsers users;
    private final PacketRules packets;

    /** Who is connected; the user is null for the service. */
    private static final class Login extends UserPrincipal {
        private final MqttUser user;

        private Login(String name, MqttUser user) {
            super(name);
            this.user = user;
        }
    }

    MqttSecurity(MqttAccess access) {
        this.serviceName = access.serviceName();
        this.serviceSha256 = Credentials.sha256(access.servicePassword());
        this.users = access.users();
        this.packets = new PacketRules(serviceName, users);
    }

    /** What looks at packets before the broker does. */
    PacketRules packets() {
        return packets;
    }

    /** Closes the connections of a user; what he publishes as his will is asked about again. */
    static void disconnect(ActiveMQServer broker, String name) {
        for (RemotingConnection connection : broker.getRemotingService().getConnections()) {
            if (nameOf(connection.getSubject()).equals(Optional.of(name))) {
                connection.fail(new ActiveMQSecurityException("the user " + name + " may not stay"));
            }
        }
    }

    @Override
    public Subject authenticate(String name, String password, RemotingConnection connection, String domain) {
        if (name == null || password == null || packets.isRefused(connection)) {
            return null;
        }
        // the broker asks for each message again
        Subject known = connection.getSubject();
        Login before = login(known);
        if (before != null && before.getName().equals(name)) {
            return before.user == null || users.isCurrent(before.user) ? known : null;
        }
        if (name.equals(serviceName)) {
            return Credentials.matches(password, serviceSha256) ? subject(new Login(name, null)) : null;
        }
        MqttUser user = users.login(name, password).orElse(null);
        if (user == null) {
            return null;
        }
        String prefix = name + '/';
        String id = connection.getClientID();
        if (id != null && !id.startsWith(prefix)) {
            connection.setClientID(prefix + id);
        }
        return subject(new Login(name, user));
    }

    @Override
    public boolean authorize(Subject subject, Set<Role> roles, CheckType action, String address) {
        Login login = login(subject);
        if (login == null) {
            return false;
        }
        if (login.user == null) {
            return true;
        }
        if (address.startsWith("$")) {
            return false; // translated, the broker's own address of a retained message would look like its topic
        }
        TopicRights rights = users.rights(login.getName());
        String topic = MQTTUtil.getMqttTopicFromCoreAddress(CompositeAddress.extractAddressName(address), ADDRESSES);
        return switch (action) {
            case SEND -> rights.mayPublish(topic);
            case CREATE_ADDRESS -> rights.mayPublish(topic) || rights.maySubscribe(topic);
            case CONSUME,
                    CREATE_DURABLE_QUEUE,
                    CREATE_NON_DURABLE_QUEUE,
                    DELETE_DURABLE_QUEUE,
                    DELETE_NON_DURABLE_QUEUE -> rights.maySubscribe(topic);
            default -> false;
        };
    }

    @Override
    public boolean validateUser(String name, String password) {
        throw new UnsupportedOperationException("the broker asks authenticate");
    }

    @Override
    public boolean validateUserAndRole(String name, String password, Set<Role> roles, CheckType action) {
        throw new UnsupportedOperationException("the broker asks authorize");
    }

    static Optional<String> nameOf(Subject subject) {
        return Optional.ofNullable(login(subject)).map(UserPrincipal::getName);
    }

    private static Login login(Subject subject) {
        if (subject != null) {
            for (Principal principal : subject.getPrincipals()) {
                if (principal instanceof Login login) {
                    return login;
                }
            }
        }
        return null;
    }

    private static Subject subject(Login login) {
        return new Subject(true, Set.of(login), Set.of(), Set.of());
    }
}
