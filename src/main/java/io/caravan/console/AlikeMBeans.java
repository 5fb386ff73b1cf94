package io.caravan.console;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.modelmbean.InvalidTargetObjectTypeException;
import javax.management.modelmbean.ModelMBean;
import javax.management.modelmbean.ModelMBeanInfo;
import javax.management.modelmbean.RequiredModelMBean;
import org.apache.camel.CamelContext;
import org.apache.camel.api.management.ManagedInstance;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.api.management.NotificationSenderAware;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListener;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.support.management.DefaultManagementMBeanAssembler;
import org.apache.camel.support.management.MixinRequiredModelMBean;
import org.apache.camel.support.management.NotificationSenderAdapter;

/**
 * Makes the MBeans of routes and their steps, of which there are hundreds of few classes: what a class has to say of itself is
 * put together once, not for each. Otherwise as Camel's own. Thread-safe.
 */
public final class AlikeMBeans extends DefaultManagementMBeanAssembler {

    private final Map<Class<?>, ModelMBeanInfo> known = new ConcurrentHashMap<>();
    private final CamelContext context;

    private AlikeMBeans(CamelContext context) {
        super(context);
        this.context = context;
    }

    /** Has the context of a program make its MBeans in this way. */
    public static MainListener forContext() {
        return new MainListenerSupport() {
            @Override
            public void beforeInitialize(BaseMainSupport main) {
                CamelContext context = main.getCamelContext();
                context.getCamelContextExtension().setManagementMBeanAssembler(new AlikeMBeans(context));
            }
        };
    }

    @Override
    public ModelMBean assemble(MBeanServer server, Object managed, ObjectName name) throws JMException {
        if (speaksForItself(managed)) {
            return super.assemble(server, managed, name);
        }
        ModelMBeanInfo info = known.get(managed.getClass());
        if (info != null) {
            return likeTheFirst(info, managed);
        }
        ModelMBean first = super.assemble(server, managed, name);
        if (first != null) {
            known.put(managed.getClass(), (ModelMBeanInfo) first.getMBeanInfo());
        }
        return first;
    }

    /** Whether the thing behind an MBean adds to what those of its class say. */
    private static boolean speaksForItself(Object managed) {
        return managed instanceof ManagedInstance proxy
                && proxy.getInstance() != null
                && proxy.getInstance().getClass().isAnnotationPresent(ManagedResource.class);
    }

    private ModelMBean likeTheFirst(ModelMBeanInfo info, Object managed) throws JMException {
        boolean masked = Boolean.TRUE.equals(
                context.getManagementStrategy().getManagementAgent().getMask());
        RequiredModelMBean bean = new MixinRequiredModelMBean(info, masked, null, null);
        try {
            bean.setManagedResource(managed, "ObjectReference");
        } catch (InvalidTargetObjectTypeException e) {
            throw new JMException(e.getMessage());
        }
        if (managed instanceof NotificationSenderAware sender) {
            sender.setNotificationSender(new NotificationSenderAdapter(bean));
        }
        return bean;
    }
}
